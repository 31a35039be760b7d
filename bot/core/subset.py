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
>>> steps = steps_between(good, bad, releases={})
>>> flow = search(steps, record, good="ok", bad="boom", preference=lambda name, group: (0,))
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

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bot.core.bisect import Answer, around
from bot.core.steps import Asking, Record, Steps
from bot.core.trial import Told

Preference: TypeAlias = Callable[[str, Collection[str]], tuple[int, ...]]
"""Sorts the members of a group that cannot be separated; the first that forces all is its head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guilty:
    """What flips the outcome: groups of packages, in each the head first and then its followers.

    `pins` flip it when they alone are up, `upper` is a larger set that was seen to be bad, and
    `told` is what came of asking `pins` alone.
    """

    groups: tuple[tuple[str, ...], ...]
    pins: frozenset[str]
    upper: frozenset[str]
    told: Told

    @property
    def heads(self) -> tuple[str, ...]:
        """The culprits: the head of every group."""
        return tuple(group[0] for group in self.groups)

    def led_by(self, heads: Collection[str]) -> Guilty:
        """Return the same groups with these members at their heads, one for each."""
        both = zip(heads, self.groups, strict=True)
        return replace(self, groups=tuple((head, *_but(group, head)) for head, group in both))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One mixture: what it says, which steps were `closed` (at bad), which at least `moved`.

    What moved only halfway could be guilty of a bad answer but not be cleared by a good one.
    """

    answer: Answer
    closed: frozenset[str]
    moved: frozenset[str]
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
    preference: Preference
    groups: list[tuple[str, ...]] = field(default_factory=list)
    pins: frozenset[str] = frozenset()
    base: Bounds = field(init=False)

    def __post_init__(self) -> None:
        """Begin with everything between the two ends."""
        self.base = Bounds(lower=frozenset(), upper=frozenset(self.steps.order), sure=True)

    def look(self, up: Collection[str]) -> Asking[Seen]:
        """Ask one mixture. A mixture in which `up` is not up says nothing."""
        names = frozenset(up)
        (told,) = yield from self.record.ask("search", self.steps.trial(names))
        closed = self.steps.closed(told) if told.versions else names
        answer = Answer.UNKNOWN
        if told.signature is not None and names <= closed:
            says = {self.good: Answer.GOOD, self.bad: Answer.BAD}
            answer = says.get(told.signature, Answer.UNKNOWN)
        moved = closed | (self.steps.moved(told) if told.versions else frozenset())
        return Seen(answer=answer, closed=closed, moved=moved, told=told)

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
        """Try all but one, then one: what forces others, and what others force, comes apart.

        At last each one without the good things that were put up so far: they may be in the way.
        """
        rest = self.rest(bounds)
        mixtures = [bounds.upper - {name} for name in rest]
        mixtures += [bounds.lower | {name} for name in rest]
        for mixture in mixtures:
            seen = yield from self.look(mixture)
            closer = _closer(bounds, seen)
            if closer:
                return closer
        for name in rest:
            seen = yield from self.look(self.base.lower | {name})
            closer = _closer(Bounds(lower=self.base.lower, upper=bounds.upper, sure=True), seen)
            if closer and seen.answer is Answer.BAD and len(closer.upper) < len(bounds.upper):
                return Bounds(lower=self.base.lower, upper=closer.upper, sure=self.base.sure)
        return None

    def accuse(self, bounds: Bounds) -> Asking[None]:
        """Take what lies between the bounds as guilty: one head, or several where each is odd."""
        rest = self.rest(bounds)
        if len(rest) == 1:
            self.groups.append((rest[0],))
            self.pins |= {rest[0]}
            return
        rest = sorted(rest, key=lambda name: self.preference(name, rest))
        for name in rest:
            seen = yield from self.look(bounds.lower | {name})
            if seen.answer is Answer.BAD and bounds.upper <= seen.moved:
                self.groups.append((name, *_but(rest, name)))
                self.pins |= {name}
                return
        for name in rest:  # whether they can be seen apart
            yield from self.look({name})
        self.groups.append(tuple(rest))
        self.pins |= set(rest)

    def run(self) -> Asking[Guilty]:
        """Find the groups, one after the other, until they alone flip the outcome."""
        bounds = self.base
        while True:
            self.base = bounds
            bounds = yield from self.flip(bounds)
            yield from self.accuse(bounds)
            if not bounds.sure:  # perhaps only what the group before needs to exist
                yield from self.look(set(self.steps.order) - (bounds.upper - bounds.lower))
                self.groups[-2:] = [self.groups[-2] + self.groups[-1]]
            alone = yield from self.look(self.pins)
            good = alone.answer is Answer.GOOD
            lower = self.pins | (alone.closed if good else frozenset())
            if alone.answer is Answer.BAD or bounds.upper <= lower:
                break
            bounds = Bounds(lower=lower & bounds.upper, upper=bounds.upper, sure=good)
        yield from self.prune()
        alone = yield from self.look(self.pins)
        return Guilty(
            groups=tuple(part for group in self.groups for part in self.parted(group)),
            pins=self.pins,
            upper=bounds.upper,
            told=alone.told,
        )

    def prune(self) -> Asking[None]:
        """Let go who is not needed: leave out one at a time."""
        at = 0
        while len(self.pins) > 1 and at < len(self.pins):
            name = sorted(self.pins, key=self.steps.order.index, reverse=True)[at]
            seen = yield from self.look(self.pins - {name})
            at += 1
            if seen.answer is Answer.BAD:
                self.pins, at = self.pins - {name}, 0
                groups = [_without(group, name, self.pins) for group in self.groups]
                self.groups = [group for group in groups if group]

    def parted(self, group: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Split a group whose members were seen apart; its head never was up without the rest."""
        pinned = [name for name in group if name in self.pins]
        for head in pinned:
            if not any(self.apart(head, other) for other in pinned):
                return [(head, *_but(group, head))]
        return [(name,) for name in pinned]

    def apart(self, name: str, other: str) -> bool:
        """Whether any mixture that said something had `name` up and `other` not."""
        for trial, told in self.record.told.items():
            up = self.steps.closed(told) if told.versions else frozenset(dict(trial.versions))
            if told.signature is not None and name in up and other not in up:
                return True
        return False


def _without(group: tuple[str, ...], name: str, pins: Collection[str]) -> tuple[str, ...]:
    """Return `group` less `name`; a head takes along what only followed it."""
    return tuple(n for n in _but(group, name) if name != group[0] or n in pins)


def _but(group: Collection[str], name: str) -> list[str]:
    return [other for other in group if other != name]


def _closer(bounds: Bounds, seen: Seen) -> Bounds | None:
    """Return the bounds that `seen` brings closer together, or None when it brings nothing."""
    width = len(bounds.upper - bounds.lower)
    if seen.answer is Answer.GOOD and bounds.lower < seen.closed < bounds.upper:
        return Bounds(lower=seen.closed, upper=bounds.upper, sure=True)
    reach = bounds.lower | seen.moved
    if seen.answer is Answer.BAD and len(reach - bounds.lower) < width:
        return Bounds(lower=bounds.lower, upper=reach, sure=bounds.sure)
    return None


def search(
    steps: Steps,
    record: Record,
    *,
    good: str,
    bad: str,
    preference: Preference,
) -> Asking[Guilty]:
    """Return a search for the smallest guilty set; `good` and `bad` are the ends' signatures."""
    return _Search(steps=steps, record=record, good=good, bad=bad, preference=preference).run()
