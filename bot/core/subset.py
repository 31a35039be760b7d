"""The search for the guilty set of upgrades, over mixtures that are closed under requirements.

Prefix bisection: between a closed set that is good and a larger one that is bad, ask for half of
what lies between, see what was really installed, and move one of the two bounds. What flips at
last is guilty; if it does not flip alone, it stays up and its partner is searched the same way
(Zeller and Hildebrandt 2002 for the aim, closed sets for the way).

>>> from bot.core.model import Closure, Pin
>>> from bot.core.steps import Record, steps_between
>>> from bot.core.trial import Told
>>> good = Closure(pins=tuple(Pin(name=name, version="1") for name in "abcd"))
>>> bad = Closure(pins=tuple(Pin(name=name, version="2") for name in "abcd"))
>>> record = Record(budget=99)
>>> flow = search(steps_between(good, bad, releases={}), record, good="ok", bad="boom")
>>> try:
...     while True:
...         for trial in next(flow):
...             up = "c" in dict(trial.versions) or trial.lean == "bad"
...             record.told[trial] = Told(signature="boom" if up else "ok")
... except StopIteration as stop:
...     print(stop.value.heads)
('c',)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bot.core.bisect import Answer, around
from bot.core.steps import Asking, Record, Steps
from bot.core.trial import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Guilty:
    """What flips the outcome: groups of packages, in each the head first and then its followers.

    `pins` flip it when they alone are up; `lower` (good) and `upper` (bad) differ in nothing but
    the group found last, and `told` is what was installed when `pins` alone were asked.
    """

    groups: tuple[tuple[str, ...], ...]
    pins: frozenset[str]
    lower: frozenset[str]
    upper: frozenset[str]
    told: Told

    @property
    def heads(self) -> tuple[str, ...]:
        """The culprits: the head of every group."""
        return tuple(group[0] for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One mixture: what it says, and which steps were up when it was installed."""

    answer: Answer
    closed: frozenset[str]
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`upper` is bad, `lower` below it is not; `sure` when `lower` was seen to be good."""

    lower: frozenset[str]
    upper: frozenset[str]
    sure: bool


@dataclass(slots=True, kw_only=True)
class _Search:
    """The search with what it needs to hand: the suspects, the record, the two signatures."""

    steps: Steps
    record: Record
    good: str
    bad: str
    preference: Callable[[str, Collection[str]], tuple[bool, int]]
    groups: list[tuple[str, ...]] = field(default_factory=list)
    pins: frozenset[str] = frozenset()

    def look(self, up: Collection[str]) -> Asking[Seen]:
        """Ask one mixture. A mixture in which `up` is not up says nothing."""
        names = frozenset(up)
        (told,) = yield from self.record.ask("search", self.steps.trial(names))
        closed = self.steps.closed(told) if told.versions else names
        answer = {self.good: Answer.GOOD, self.bad: Answer.BAD}.get(
            told.signature or "", Answer.UNKNOWN
        )
        return Seen(answer=answer if names <= closed else Answer.UNKNOWN, closed=closed, told=told)

    def rest(self, bounds: Bounds) -> list[str]:
        """Return the steps between the bounds, most suspected first."""
        return [name for name in self.steps.order if name in bounds.upper - bounds.lower]

    def flip(self, bounds: Bounds) -> Asking[Bounds]:
        """Return the closest bounds: one step apart, or a group that nothing separates."""
        while len(self.rest(bounds)) > 1:
            closer = yield from self.halve(bounds)
            if closer is None:
                closer = yield from self.pick(bounds)
            if closer is None:
                break
            bounds = closer
        return bounds

    def halve(self, bounds: Bounds) -> Asking[Bounds | None]:
        """Try prefixes, from half of the mass outwards; one that drags all along is too long."""
        rest = self.rest(bounds)
        top, tried = len(rest), {0}
        while True:
            middle = self.steps.middle(rest[:top])
            size = next((at for at in around(0, top, middle) if at not in tried), 0)
            if not size:
                return None
            tried.add(size)
            seen = yield from self.look(bounds.lower | set(rest[:size]))
            closer = _closer(bounds, seen)
            if closer:
                return closer
            if seen.answer is Answer.BAD:
                top = size

    def pick(self, bounds: Bounds) -> Asking[Bounds | None]:
        """Try all but one, then one: what forces others, and what others force, comes apart."""
        rest = self.rest(bounds)
        mixtures = [bounds.upper - {name} for name in rest]
        mixtures += [bounds.lower | {name} for name in rest]
        for mixture in mixtures:
            seen = yield from self.look(mixture)
            closer = _closer(bounds, seen)
            if closer:
                return closer
        return None

    def accuse(self, bounds: Bounds) -> Asking[None]:
        """Take what lies between the bounds as guilty: one head, or several where each is odd."""
        rest = self.rest(bounds)
        rest.sort(key=lambda name: self.preference(name, rest))
        alone: list[Seen] = []
        for name in rest:
            alone.append((yield from self.look(bounds.lower | {name})))
        forcing = [
            name
            for name, seen in zip(rest, alone, strict=True)
            if seen.answer is Answer.BAD and bounds.upper <= seen.closed
        ]
        if forcing:
            self.groups.append((forcing[0], *(name for name in rest if name != forcing[0])))
            self.pins |= {forcing[0]}
            return
        self.pins |= set(rest)
        if any(seen.told.signature is not None for seen in alone):
            self.groups.extend((name,) for name in rest)
        else:
            self.groups.append(tuple(rest))

    def partner(self, bounds: Bounds) -> Asking[bool]:
        """Whether the step found is a partner of its own, and not just what the first needs."""
        if bounds.sure:
            return True
        found = bounds.upper - bounds.lower
        seen = yield from self.look(set(self.steps.order) - found)
        return seen.answer is Answer.GOOD

    def run(self) -> Asking[Guilty]:
        """Find the groups, one after the other, until they alone flip the outcome."""
        bounds = Bounds(lower=frozenset(), upper=frozenset(self.steps.order), sure=True)
        while True:
            bounds = yield from self.flip(bounds)
            before, apart = len(self.groups), (yield from self.partner(bounds))
            yield from self.accuse(bounds)
            if not apart:
                followers = [name for group in self.groups[before:] for name in group]
                del self.groups[before:]
                self.groups[-1] += tuple(followers)
            alone = yield from self.look(self.pins)
            good = alone.answer is Answer.GOOD
            lower = self.pins | (alone.closed if good else frozenset())
            if alone.answer is Answer.BAD or bounds.upper <= lower:
                return Guilty(
                    groups=tuple(self.groups),
                    pins=self.pins,
                    lower=bounds.lower,
                    upper=bounds.upper,
                    told=alone.told,
                )
            bounds = Bounds(lower=lower & bounds.upper, upper=bounds.upper, sure=good)


def _closer(bounds: Bounds, seen: Seen) -> Bounds | None:
    """Return the bounds that `seen` brings closer together, or None when it brings nothing."""
    width = len(bounds.upper - bounds.lower)
    if seen.answer is Answer.GOOD and bounds.lower < seen.closed < bounds.upper:
        return Bounds(lower=seen.closed, upper=bounds.upper, sure=True)
    if seen.answer is Answer.BAD and bounds.lower < seen.closed:
        if len(seen.closed - bounds.lower) < width:
            return Bounds(lower=bounds.lower, upper=seen.closed, sure=bounds.sure)
    return None


def search(
    steps: Steps,
    record: Record,
    *,
    good: str,
    bad: str,
    preference: Callable[[str, Collection[str]], tuple[bool, int]] | None = None,
) -> Asking[Guilty]:
    """Return a search for the smallest guilty set; `good` and `bad` are the ends' signatures.

    `preference(name, group)` sorts the members of a group that cannot be separated: the first
    that forces the others is its head.
    """

    def suspicion(name: str, _group: Collection[str]) -> tuple[bool, int]:
        return False, steps.order.index(name)

    machine = _Search(
        steps=steps, record=record, good=good, bad=bad, preference=preference or suspicion
    )
    return machine.run()
