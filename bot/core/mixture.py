"""Mixtures of two closures, closed from what their packages declare: no solver is asked.

One end is leaned to, some packages are pinned, mostly to what the other end has. A requirement
that the mixture violates makes whoever has not moved yet move to the other end, "A up forces B
up", until nothing is violated. What comes or goes because another package wants it comes and
goes with it. What an end really had, it may have again, even where its metadata forbid it.

>>> from packaging.requirements import Requirement
>>> from bot.core.metadata import Metadata
>>> told = {
...     ("a", "2"): Metadata(name="a", version="2", requires=(Requirement("b>=2"),)),
... }
>>> silent = lambda name, version: told.get((name, version), Metadata(name=name, version=version))
>>> mixed = mix({"a": "1", "b": "1"}, {"a": "2", "b": "2"}, {"a": "2"}, silent, {})
>>> dict(mixed.versions), dict(mixed.because)
({'a': '2', 'b': '2'}, {'b': 'a 2 requires b>=2'})
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.core.metadata import Metadata, Wish

Declared: TypeAlias = Callable[[str, str], "Metadata | None"]
"""What a package declares at a version; None where nobody knows it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """What is installed, and why each package moved that nobody asked to."""

    versions: Mapping[str, str]
    because: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The two ends do not hold what this mixture needs; a solver must look for it elsewhere."""

    why: str


@dataclass(slots=True, kw_only=True)
class _Mixing:
    near: Mapping[str, str]
    far: Mapping[str, str]
    pins: Mapping[str, str]
    declared: Declared
    environment: Mapping[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    def wishes(self, versions: Mapping[str, str]) -> Iterator[tuple[str, Wish]]:
        """Yield who wants what among `versions`, extras that somebody switches on included."""
        extras: dict[str, frozenset[str]] = dict.fromkeys(versions, frozenset())
        left = list(versions)
        told: dict[tuple[str, Wish], None] = {}
        while left:
            name = left.pop(0)
            metadata = self.declared(name, versions[name])
            for wish in metadata.wants(self.environment, extras[name]) if metadata else ():
                told[name, wish] = None
                more = wish.extras - extras.get(wish.name, frozenset())
                if more and wish.name in extras:
                    extras[wish.name] |= more
                    left.append(wish.name)
        yield from told

    def wanted(self, versions: Mapping[str, str]) -> frozenset[str]:
        """The names that somebody in `versions` requires."""
        return frozenset(wish.name for _, wish in self.wishes(versions))

    def settle(self) -> None:
        """Let go what nobody wants any more, and take in what somebody wants."""
        alone = {name for name in self.near if name not in self.far}
        leaning = self.wanted(self.near)
        while True:
            wanted = self.wanted(self.versions)
            gone = {
                name
                for name in alone & set(self.versions)
                if name in leaning and name not in wanted and name not in self.pins
            }
            come = {
                name: version
                for name, version in (*self.far.items(), *self.near.items())
                if name in wanted and name not in self.versions and name not in self.pins
            }
            if not gone and not come:
                return
            for name in gone:
                del self.versions[name]
            self.versions.update(come)

    def step(self) -> Outside | bool:
        """Mend one violated requirement; False where there is none."""
        for name, wish in self.wishes(self.versions):
            has = self.versions.get(wish.name)
            if has is None:
                if self.had(name, wish, None):
                    continue
                return Outside(why=f"{name} {self.versions[name]} requires {wish.admits}")
            if wish.admitted(has) or self.overridden(name, wish):
                continue
            return self.mend(name, wish, has)
        return False

    def had(self, name: str, wish: Wish, has: str | None) -> bool:
        """Whether one of the ends really had the two side by side."""
        return any(
            end.get(name) == self.versions[name] and end.get(wish.name) == has
            for end in (self.near, self.far)
        )

    def overridden(self, name: str, wish: Wish) -> bool:
        """Whether one of the ends has what `name` requires at a version that it does not admit.

        Whoever did that may have the releases between the ends as well.
        """
        return any(
            end.get(name) == self.versions[name]
            and wish.name in end
            and not wish.admitted(end[wish.name])
            for end in (self.near, self.far)
        )

    def mend(self, name: str, wish: Wish, has: str) -> Outside | bool:
        """Move to the far end what has not moved yet: what is wanted, else who wants it."""
        why = f"{name} {self.versions[name]} requires {wish.admits}"
        there = self.far.get(wish.name)
        if self.free(wish.name) and there and wish.admitted(there):
            return self.move(wish.name, why)
        if self.free(name):
            return self.move(name, f"{why}, and there is {wish.name} {has}")
        return Outside(why=f"{why}, and there is {wish.name} {has}")

    def free(self, name: str) -> bool:
        """Whether `name` still stands where it leaned to, and the far end has another version."""
        here = self.versions[name]
        stays = name in self.pins or here != self.near.get(name)
        return not stays and self.far.get(name, here) != here

    def move(self, name: str, why: str) -> bool:
        self.versions[name] = self.far[name]
        self.because[name] = why
        return True

    def run(self) -> Mixed | Outside:
        asked = {**self.near, **self.pins}
        self.versions = {name: version for name, version in asked.items() if version}
        while True:
            self.settle()
            moved = self.step()
            if isinstance(moved, Outside):
                return moved
            if not moved:
                return Mixed(versions=self.versions, because=self.because)


def mix(
    near: Mapping[str, str],
    far: Mapping[str, str],
    pins: Mapping[str, str],
    declared: Declared,
    environment: Mapping[str, str],
) -> Mixed | Outside:
    """Return the closed mixture that leans to `near` and holds `pins`, or why there is none.

    `near`, `far` and `pins` are versions by package; a pin of "" keeps a package out. `declared`
    tells what a package requires.
    """
    mixing = _Mixing(near=near, far=far, pins=pins, declared=declared, environment=environment)
    return mixing.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Who requires whom among installed packages."""

    wants: Mapping[str, frozenset[str]]

    def reached(self, names: Collection[str]) -> frozenset[str]:
        """Return `names` and all that they require, and what that requires."""
        seen: set[str] = set()
        left = [name for name in names if name in self.wants]
        while left:
            name = left.pop()
            if name not in seen:
                seen.add(name)
                left += self.wants[name]
        return frozenset(seen)

    @property
    def tops(self) -> frozenset[str]:
        """The fewest names that all others follow from; of a ring without a top, the first."""
        wanted = frozenset[str]().union(*(w - {name} for name, w in self.wants.items()))
        tops = set(self.wants) - wanted
        for name in sorted(self.wants):
            if name not in self.reached(tops):
                tops.add(name)
        return frozenset(tops)

    def around(self, names: Collection[str]) -> frozenset[str]:
        """Return `names` and all that is bound to them by requirements, in either direction."""
        bound: dict[str, set[str]] = defaultdict(set)
        for name, wanted in self.wants.items():
            for other in wanted:
                bound[name].add(other)
                bound[other].add(name)
        both = {name: frozenset(bound[name]) for name in self.wants}
        return Graph(wants=both).reached(names)


def graph(versions: Mapping[str, str], declared: Declared, environment: Mapping[str, str]) -> Graph:
    """Return who requires whom among `versions`; what is required but not there is left out."""
    told = _Mixing(near={}, far={}, pins={}, declared=declared, environment=environment)
    wants: dict[str, set[str]] = {name: set() for name in versions}
    for name, wish in told.wishes(versions):
        if wish.name in versions:
            wants[name].add(wish.name)
    return Graph(wants={name: frozenset(names) for name, names in wants.items()})
