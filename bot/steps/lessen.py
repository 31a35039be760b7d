"""Make a program smaller before it is handed over: asked of both sides, within a budget.

A candidate is asked on the bad side first, and on the good one only where that still holds. Every
answer is a fact, so what was asked once is not asked again. Somebody waits meanwhile: a program
that is read at a glance is left as it is, unasked, and the longer one is, the more may be spent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.core.facts import Tried
from bot.core.lessen import Lessen
from bot.core.model import Closure, Failure, Json, Link, Look, Observation, Probe, digest
from bot.core.parted import End, Ends, holds, least, part
from bot.core.program import rows
from bot.core.signature import normal
from bot.core.syntax import normal as normalised
from bot.steps.ask import ask, whole
from bot.steps.house import House

SMALL = 12  # rows: a program of no more is left as it is
TRIALS_A_ROW, TRIALS_AT_MOST = 2, 60  # for each row above that
SECONDS_A_ROW, SECONDS_AT_MOST = 1.0, 30.0  # likewise; no round begins after that
ONCE_SMALL = 3  # where little is left to gain, this part of the time will do
ROUNDS = 4  # where fewer are to be expected, none is begun
WIDTH = 2  # candidates asked at once
LEAST, TIMES, LONGEST = 3.0, 3.0, 20.0  # seconds of one answer: so many times the first, or so long
_GUESTS: Json = [{"name": "script", "setup": {}}]
_LOOKS = (Look(link=Link.MESSAGE, compare="json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Less:
    """A smaller program, what both sides show with it, and how many were tried."""

    source: str
    good: Observation
    bad: Observation
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The two closures that part, and how both are asked."""

    house: House
    interpreter: str
    good: Closure
    bad: Closure
    seconds: float = SECONDS_AT_MOST
    stands: Callable[[], bool] = lambda: True  # whether anybody still wants to know

    def less(self, source: str, *, took: float = 0.0) -> Less | None:
        """Return the smallest program that the budget allows; None where nothing can go.

        None, too, where the program is small, where the two sides do not part here or take too
        long to, and where it would be longer as Python writes it. `took` says how many seconds
        one side needed for the program before, where that is known.
        """
        above = _above(source)
        first = self._ends(source) if _seconds(above) > ROUNDS * took else None
        if first is None or not part(first, first) or first.good == first.bad:
            return None
        spent = max(self._seen(side, source).seconds for side in (self.good, self.bad))
        if spent > LONGEST / TIMES:
            return None
        brisk = replace(self, seconds=max(LEAST, TIMES * spent))
        machine = Lessen(source, width=WIDTH, empty=least(first))
        brisk.drive(machine, first, above)
        best = machine.best
        good, bad = (self._known(side, best) for side in (self.good, self.bad))
        longer = len(best) >= len(source) or rows(best) > rows(source)
        if good is None or bad is None or longer:
            return None
        return Less(source=best, good=good, bad=bad, trials=machine.calls)

    def drive(self, machine: Lessen, first: Ends, above: int) -> None:
        """Ask what the machine proposes, until nothing is left or the budget is spent."""
        trials = min(TRIALS_AT_MOST, TRIALS_A_ROW * above)
        seconds = timedelta(seconds=_seconds(above))
        began = self.house.clock()
        while (candidates := machine.propose()) and machine.calls < trials and self.stands():
            share = ONCE_SMALL if rows(machine.best) <= SMALL else 1
            if self.house.clock() > began + seconds / share:
                break
            told = dict(self.house.runner.run(candidates, partial(self.still, first)))
            for one in candidates:
                machine.tell(one, told[one])
            self.house.progress.advance("reduce", f"{len(machine.best)} characters")

    def _ends(self, source: str) -> Ends | None:
        good, bad = (end(self._seen(side, source)) for side in (self.good, self.bad))
        return None if good is None or bad is None else Ends(good=good, bad=bad)

    def still(self, first: Ends, source: str) -> bool:
        """Whether both sides do what they did, the bad one asked first."""
        bad = end(self._seen(self.bad, source))
        if bad is None or not holds(first.bad, bad):
            return False
        good = end(self._seen(self.good, source))
        return good is not None and part(first, Ends(good=good, bad=bad))

    def _seen(self, side: Closure, source: str) -> Observation:
        """Ask one side, or remember what it said."""
        return self._known(side, source) or self._told(side, source)

    def _known(self, side: Closure, source: str) -> Observation | None:
        known = self.house.memory.tried.get(self._place(side, source))
        return known.observation if known else None

    def _told(self, side: Closure, source: str) -> Observation:
        seen = self._ask(side, source)
        search, trial = self._place(side, source)
        self.house.tell(
            Tried(search=search, trial=trial, observation=seen), job=f"{search} {trial}"
        )
        return seen

    def _place(self, side: Closure, source: str) -> tuple[str, str]:
        """Return the search and the trial by which the ledger knows an answer."""
        return f"lessen {side.digest}", digest([self.interpreter, source])[:24]

    def _ask(self, side: Closure, source: str) -> Observation:
        probe = Probe(
            name="less",
            ask="script",
            request={"source": source},
            looks=_LOOKS,
            seconds=self.seconds,
        )
        limits = self.house.limits()
        with self.house.env.open(
            side, interpreter=self.interpreter, limits=limits, fresh=False
        ) as room:
            if isinstance(room, Failure):
                return Observation(probe=probe.name, failure=room)
            return whole(probe, ask(self.house, room, _GUESTS, [probe]))


def _above(source: str) -> int:
    """Return how many rows a program has too many, less those that Python would add to it."""
    length = rows(source)
    return length - SMALL - max(0, rows(normalised(source)) - length) if length > SMALL else 0


def _seconds(above: int) -> float:
    return min(SECONDS_AT_MOST, SECONDS_A_ROW * above)


def end(seen: Observation) -> End | None:
    """Return what a side did, without what varies; None where the machine is to blame."""
    failure = seen.failure
    if failure is None:
        return End(value=seen.at(Link.MESSAGE))
    if failure.reason.spurious:
        return None
    return End(failed=f"{failure.phase}: {failure.reason}: {normal(failure.message)}")
