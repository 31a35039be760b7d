"""The search for the guilty set of upgrades, over mixtures that are closed under requirements.

Prefix bisection: between a closed set that is good and a larger one that is bad, ask for half of
what lies between, see what was really installed, and move one of the two bounds. What flips at
last is guilty. Its releases are bisected, and it is asked alone as a confirmation would; if it does
not flip alone, it stays up and its partner is searched the same way, by all that is known
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

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TypeAlias

from bot.core.bisect import Answer, around
from bot.core.bounds import Bounds, Guilty, Seen, but, closer_of, without
from bot.core.halving import Cut, Suspect, cut, orders
from bot.core.roads import Roads, Span
from bot.core.steps import Asking, Record, Steps
from bot.core.trial import Told, Trial

_BESIDE = 12  # others beside whom the guilty are tried, where they cannot exist alone

Preference: TypeAlias = Callable[[str, Collection[str]], tuple[int, ...]]
"""Sorts the members of a group that cannot be separated; the first that forces all is its head."""


@dataclass(slots=True, kw_only=True)
class _Search:
    """The search with what it needs to hand: the suspects, the record, the two signatures."""

    steps: Steps
    record: Record
    good: str
    bad: str
    preference: Preference
    roads: Roads
    groups: list[tuple[str, ...]] = field(default_factory=list)
    pins: frozenset[str] = frozenset()
    base: Bounds = field(init=False)

    def __post_init__(self) -> None:
        """Begin with everything between the two ends."""
        self.base = Bounds(lower=frozenset(), upper=frozenset(self.steps.order), sure=True)

    def look(self, up: Collection[str], halfway: tuple[str, int] | None = None) -> Asking[Seen]:
        """Ask one mixture, one more package up `halfway` its road. It says nothing if not kept."""
        names, trial = frozenset(up), self.steps.trial(up)
        if halfway:
            package, place = halfway
            pins = {**dict(trial.versions), package: self.steps.roads[package][place]}
            trial = Trial(versions=tuple(sorted(pins.items())), lean="good")
        (told,) = yield from self.record.ask("search", trial)
        seen = self.seen(names, told)
        if halfway and self.steps.places(trial, told).get(halfway[0]) != halfway[1]:
            seen = replace(seen, answer=Answer.UNKNOWN)
        return replace(seen, moved=seen.moved | {halfway[0]}) if halfway else seen

    def seen(self, names: frozenset[str], told: Told) -> Seen:
        """Read what a mixture in which `names` should be up came to."""
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
                closer = yield from self.part(bounds)
            if closer is None:
                break
            bounds = closer
        return bounds

    def halve(self, bounds: Bounds) -> Asking[Bounds | None]:
        """Try the prefix that tells most; where it says nothing, as good a half in another order.

        What only shortens the road of a suspect leaves the bounds as they are.
        """
        for rest in orders(self.rest(bounds)):
            half = self.cut(rest, bounds)
            names = bounds.lower | set(rest[: half.whole])
            package = rest[min(half.whole, len(rest) - 1)]
            before = self.roads.interval(package, self.pins)
            halfway = (package, before[0] + half.level) if half.level else None
            seen = yield from self.look(names, halfway)
            closer = closer_of(bounds, seen)
            if closer or (halfway and before != self.roads.interval(package, self.pins)):
                return closer or bounds
            if seen.answer is not Answer.UNKNOWN:
                break
        return (yield from self.prefixes(bounds))

    def cut(self, rest: Sequence[str], bounds: Bounds, *, inside: bool = True) -> Cut:
        """Choose the prefix that tells most. Whose partner is searched pairs with nobody else."""
        suspects = [self.suspect(name) for name in rest]
        below = [self.suspect(name).mass for name in bounds.lower]
        return cut(suspects, below, pairs=not self.pins, inside=inside)

    def suspect(self, name: str) -> Suspect:
        """Weigh what the answers leave of a road."""
        low, high = self.roads.interval(name, self.pins)
        return Suspect(name=name, steps=high - low, weight=self.steps.weight[name])

    def prefixes(self, bounds: Bounds) -> Asking[Bounds | None]:
        """Try every prefix, from half outwards; one that drags all along is too long."""
        rest = self.rest(bounds)
        top, tried = len(rest), {0}
        while True:
            middle = self.cut(rest[:top], bounds, inside=False).whole
            size = next((at for at in around(0, top, middle) if at not in tried), 0)
            if not size:
                return None
            tried.add(size)
            seen = yield from self.look(bounds.lower | set(rest[:size]))
            closer = closer_of(bounds, seen)
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
            closer = closer_of(bounds, seen)
            if closer:
                return closer
        for name in rest:
            seen = yield from self.look(self.base.lower | {name})
            closer = closer_of(Bounds(lower=self.base.lower, upper=bounds.upper, sure=True), seen)
            if closer and seen.answer is Answer.BAD and len(closer.upper) < len(bounds.upper):
                return Bounds(lower=self.base.lower, upper=closer.upper, sure=self.base.sure)
        return None

    def part(self, bounds: Bounds) -> Asking[Bounds | None]:
        """Tell the last few apart beside any others, where the mixtures so far do not resolve.

        If one of these did it, anybody may be up beside it; a wrong guess shows when it is alone.
        """
        rest = self.rest(bounds)
        others = [n for n in self.steps.order if n not in rest and n not in self.pins]
        beside = [order[: 1 + at] for at, order in enumerate(orders(others))]
        left = self.left(rest)
        for few, name in product([[], *beside], rest):
            if len(left) < len(rest):
                break
            seen = yield from self.look(self.pins | {name, *few})
            left = self.left(rest)
            if seen.answer is not Answer.UNKNOWN and len(left) == len(rest):
                return None
        if not 0 < len(left) < len(rest):
            return None
        return Bounds(lower=bounds.upper - set(left), upper=bounds.upper, sure=bounds.sure)

    def left(self, names: Sequence[str]) -> list[str]:
        """Return who of `names` may have done it, with those that are known and nobody else."""
        return [name for name in names if self.roads.possible(name, self.pins)]

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
                self.groups.append((name, *but(rest, name)))
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
            alone = yield from self.alone(bounds)
            good = alone.answer is Answer.GOOD
            lower = self.pins | (alone.closed if good else frozenset())
            if alone.answer is Answer.BAD or bounds.upper <= lower:
                upper = alone.moved if alone.answer is Answer.BAD else bounds.upper
                break
            bounds = Bounds(lower=lower & bounds.upper, upper=bounds.upper, sure=good)
        if (yield from self.prune()):
            alone = yield from self.look(self.pins)
        return Guilty(
            groups=tuple(part for group in self.groups for part in self.parted(group)),
            pins=self.pins,
            upper=upper,
            told=alone.told,
        )

    def alone(self, bounds: Bounds) -> Asking[Seen]:
        """Ask the guilty alone, in the very trials that will confirm them if nobody is missing."""
        if any(len(group) > 1 for group in self.groups):
            return (yield from self.look(self.pins))
        (name,) = self.groups[-1]
        span = yield from self.roads.span(name, self.pins - {name}, bounds.lower - self.pins)
        said = yield from self.fresh(span)
        if said.answer is Answer.BAD:
            return said
        top = span.first_bad == self.steps.bad[name] or len(self.pins) > 1
        asked = self.steps.trial(self.pins) in self.record.told
        if said.answer is Answer.GOOD and top and not asked:
            return said
        seen = yield from self.look(self.pins)
        if seen.answer is Answer.BAD and said.answer is Answer.GOOD:
            yield from self.roads.again(name)
        if seen.answer is Answer.UNKNOWN and said.answer is Answer.UNKNOWN:
            seen = (yield from self.beside()) or seen
        return seen

    def fresh(self, span: Span) -> Asking[Seen]:
        """Ask both ways in fresh environments: the guilty alone, and everything but them."""
        single = len(self.pins) == 1
        trial = self.roads.alone(span) if single else self.steps.trial(self.pins, fresh=True)
        back = [self.roads.back(self.pins)] if all(self.steps.good[n] for n in self.pins) else []
        self.roads.accused = span if single else None
        told, *_ = yield from self.record.ask("confirm", trial, *back)
        says = {span.signature: Answer.BAD, self.bad: Answer.BAD, self.good: Answer.GOOD}
        answer = Answer.UNKNOWN
        if told.signature is not None:
            answer = says.get(told.signature, Answer.UNKNOWN)
        if answer is not Answer.BAD:
            self.roads.accused = None
        closed = self.steps.up(self.steps.places(trial, told)) | self.pins
        return Seen(answer=answer, closed=closed, moved=closed, told=told)

    def beside(self) -> Asking[Seen | None]:
        """Where the guilty cannot exist alone: ask them beside one other, and beside another.

        Both bad clear the two of each other, as well as everybody else; one good is enough to
        want a partner.
        """
        before: Seen | None = None
        for other in [n for n in reversed(self.steps.order) if n not in self.pins][:_BESIDE]:
            seen = yield from self.look(self.pins | {other})
            if seen.answer is Answer.GOOD:
                return seen
            if seen.answer is Answer.BAD:
                if before and before.moved & seen.moved <= self.pins:
                    return replace(seen, told=Told(signature=None))
                before = before or seen
        return None

    def prune(self) -> Asking[bool]:
        """Let go who is not needed: leave out one at a time. Whether anybody went."""
        at, before = 0, self.pins
        while len(self.pins) > 1 and at < len(self.pins):
            name = sorted(self.pins, key=self.steps.order.index, reverse=True)[at]
            at += 1
            if self.cleared(self.pins - {name}):
                continue
            seen = yield from self.look(self.pins - {name})
            if seen.answer is Answer.BAD or (seen.answer is Answer.UNKNOWN and self.absent(name)):
                self.pins, at = self.pins - {name}, 0
                groups = [without(group, name, self.pins) for group in self.groups]
                self.groups = [group for group in groups if group]
        return self.pins != before

    def absent(self, name: str) -> bool:
        """Whether a mixture was bad without `name`."""
        return any(fact.bad and fact.places.get(name) == 0 for fact in self.roads.stood())

    def cleared(self, names: frozenset[str]) -> bool:
        """Whether a mixture with all of `names` up was good."""
        return any(not fact.bad and names <= fact.up for fact in self.roads.stood())

    def parted(self, group: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Split a group whose members were seen apart; its head never was up without the rest."""
        pinned = [name for name in group if name in self.pins]
        for head in pinned:
            if not any(self.apart(head, other) for other in pinned):
                return [(head, *but(group, head))]
        return [(name,) for name in pinned]

    def apart(self, name: str, other: str) -> bool:
        """Whether any mixture that said something had `name` up and `other` not."""
        for trial, told in self.record.told.items():
            up = self.steps.up(self.steps.places(trial, told))
            if told.signature is not None and name in up and other not in up:
                return True
        return False


def search(
    steps: Steps,
    record: Record,
    *,
    good: str,
    bad: str,
    preference: Preference,
    roads: Roads | None = None,
) -> Asking[Guilty]:
    """Return a search for the smallest guilty set; `good` and `bad` are the ends' signatures.

    `roads` bisect the releases of whoever is found; hand them in to look on.
    """
    roads = roads or Roads(steps=steps, record=record, good=good, bad=bad)
    return _Search(
        steps=steps, record=record, good=good, bad=bad, preference=preference, roads=roads
    ).run()
