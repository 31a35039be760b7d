"""What is known of one cell: its newest answers, since when, and what it showed before.

>>> done = CellDone(cell="c", environment="uv", seconds=1.0)
>>> def seen(log):
...     shown = Observation(probe="p", log=log)
...     return Observed(cell="c", probe="p", sequence="a", observation=shown)
>>> known = CellMemory()
>>> for run, log in ((1, "then"), (7, "now")):
...     known.learn(Attempt(run=run, done=done, observed=(seen(log),)))
>>> known.seen["p"][0].log, known.asked("p"), known.before("p")[0].log
('now', 7, 'then')
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.core.carried import Carried, Reached
from bot.core.facts import CellDone, CellStopped, Observed
from bot.core.model import Link, Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A finished attempt of a cell: its run, its end, and what it showed.

    What was shown long ago is not at hand: `later` brings it when somebody asks.
    """

    run: int
    done: CellDone
    stopped: CellStopped | None = None
    observed: Sequence[Observed] = ()
    later: Callable[[], Sequence[Observed]] | None = None
    reached: tuple[Reached, ...] = ()
    carried: Carried | None = None

    @property
    def failed(self) -> tuple[Observation, ...]:
        """What stopped it, as the answer to whatever it did not come to."""
        stopped = self.stopped
        if stopped is None or stopped.failure.reason.passes:
            return ()
        return (Observation(probe="", failure=stopped.failure, log=stopped.log),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the last attempt showed of a probe, and what the one before it did, of another run."""

    attempt: Attempt
    seen: list[Observation]
    before: tuple[Observation, ...] = ()


@dataclass(slots=True, kw_only=True)
class CellMemory:
    """What is known of one cell, from finished attempts only; probes go by their digests."""

    done: CellDone | None = None
    stopped: CellStopped | None = None
    ended: int = 0  # the run of the last finished attempt
    _known: Attempt | None = None  # the last one whose answers were taken in
    _answers: dict[str, Answer] = field(default_factory=dict)
    _seen: dict[str, list[Observation]] = field(default_factory=dict)
    _told: list[Attempt] = field(default_factory=list)

    @property
    def seen(self) -> dict[str, list[Observation]]:
        """The observations by probe digest; of each probe, what the last attempt showed."""
        told, self._told = self._told, []
        for attempt in told:
            self._take(attempt)
        return self._seen

    def asked(self, probe: str) -> int:
        """Return the run that gave the newest answer to a probe; 0 where there is none.

        What was taken over is as old as where it came from.
        """
        carried = self.carried(probe)
        if carried is not None:
            return carried.since
        return self._answers[probe].attempt.run if probe in self.seen else 0

    def before(self, probe: str) -> tuple[Observation, ...]:
        """Return what an earlier run showed of a probe, in the same kind of environment.

        Numbers are left out where they were taken in another scope.
        """
        return self._answers[probe].before if probe in self.seen else ()

    def carried(self, probe: str) -> Carried | None:
        """Return from where the newest answer to a probe was taken, None where it was asked."""
        return _carried(self._answers[probe].attempt, probe) if probe in self.seen else None

    def reach(self, probe: str) -> Reached | None:
        """Return what the newest answer to a probe did not reach, None where nobody can tell."""
        told = self._answers[probe].attempt.reached if probe in self.seen else ()
        return next((one for one in told if any(probe == name for name, _ in one.late)), None)

    def learn(self, attempt: Attempt) -> None:
        """Take one more finished attempt; what stopped an earlier one stops nothing any more."""
        self._told.append(attempt)
        self.done, self.stopped, self.ended = attempt.done, attempt.stopped, attempt.run

    def _take(self, attempt: Attempt) -> None:
        observed = attempt.later() if attempt.later else attempt.observed
        for probe, seen in _by_probe(observed).items():
            before = self._before(probe, attempt)
            self._answers[probe] = Answer(attempt=attempt, seen=seen, before=before)
            self._seen[probe] = seen
        self._known = attempt

    def _before(self, probe: str, now: Attempt) -> tuple[Observation, ...]:
        answer = self._answers.get(probe)
        then = answer.attempt if answer else self._known
        if then is None or then.done.environment != now.done.environment:
            return ()
        if then.run == now.run or _carried(then, probe):
            return answer.before if answer else ()
        seen = tuple(answer.seen) if answer else then.failed
        return seen if then.done.scope == now.done.scope else tuple(map(_numberless, seen))


def _carried(attempt: Attempt, probe: str) -> Carried | None:
    told = attempt.carried
    return told if told and probe in told.probes else None


def _numberless(seen: Observation) -> Observation:
    kept = tuple(each for each in seen.seen if each[0] is not Link.LOGPROBS)
    return Observation(
        probe=seen.probe, seen=kept, failure=seen.failure, log=seen.log, seconds=seen.seconds
    )


def _by_probe(observed: Iterable[Observed]) -> dict[str, list[Observation]]:
    told: dict[str, list[Observation]] = defaultdict(list)
    for one in observed:
        told[one.probe].append(one.observation)
    return dict(told)
