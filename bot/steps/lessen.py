"""Make a program smaller before it is handed over: asked of both sides, within a budget.

A candidate is asked on the bad side first, and on the good one only where that still holds. Every
answer is a fact, so what was asked once is not asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.core.facts import Tried
from bot.core.lessen import Lessen
from bot.core.model import Closure, Failure, Json, Link, Look, Observation, Probe, digest
from bot.core.parted import End, Ends, holds, least, part
from bot.core.signature import normal
from bot.steps.ask import ask, whole
from bot.steps.house import House

TRIALS_AT_MOST = 60
TIME_AT_MOST = timedelta(seconds=30)  # no round begins after that
WIDTH = 2  # candidates asked at once
SECONDS = 120.0  # what the first run of each side may take
LEAST, TIMES = 10.0, 4.0  # a later one: so many seconds, or times the first
_GUESTS: Json = [{"name": "script", "setup": {}}]
_LOOKS = (Look(link=Link.MESSAGE, compare="json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Less:
    """A smaller program, what the good side shows with it, and how many were tried."""

    source: str
    good: Observation
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The two closures that part, and how both are asked."""

    house: House
    interpreter: str
    good: Closure
    bad: Closure
    seconds: float = SECONDS

    def less(self, source: str) -> Less | None:
        """Return the smallest program that the budget allows; None where nothing can go.

        None, too, where the two sides do not part here, or what is asked is no program.
        """
        first = self._ends(source)
        if first is None or not part(first, first) or first.good == first.bad:
            return None
        spent = [self._seen(side, source).seconds for side in (self.good, self.bad)]
        brisk = replace(self, seconds=max(LEAST, TIMES * max(spent)))
        machine = Lessen(source, width=WIDTH, empty=least(first))
        until = self.house.clock() + TIME_AT_MOST
        found: dict[str, bool] = {}
        while (candidates := machine.propose()) and machine.calls < TRIALS_AT_MOST:
            if self.house.clock() > until:
                break
            told = dict(self.house.runner.run(candidates, partial(brisk.still, first)))
            found |= told
            for one in candidates:
                machine.tell(one, told[one])
            self.house.progress.advance("reduce", f"{len(machine.best)} characters")
        if not found.get(machine.best) or len(machine.best) >= len(source):
            return None
        good = self._seen(self.good, machine.best)
        return Less(source=machine.best, good=good, trials=machine.calls)

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
        name = digest([self.interpreter, source])[:24]
        known = self.house.memory.tried.get((f"lessen {side.digest}", name))
        if known is not None and known.observation is not None:
            return known.observation
        seen = self._ask(side, source)
        fact = Tried(search=f"lessen {side.digest}", trial=name, observation=seen)
        self.house.tell(fact, job=f"lessen {side.digest} {name}")
        return seen

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


def end(seen: Observation) -> End | None:
    """Return what a side did, without what varies; None where the machine is to blame."""
    failure = seen.failure
    if failure is None:
        return End(value=seen.at(Link.MESSAGE))
    if failure.reason.spurious:
        return None
    return End(failed=f"{failure.phase}: {failure.reason}: {normal(failure.message)}")
