"""What a history of releases broke, when, and for how long: each by the fewest versions that do it.

A grid tells what every combination of releases showed. A probe is broken by a set of versions where
every combination that holds them shows the same wrong thing, and no smaller set does that; one
version is a plain regression, two or more are an interaction. Sets that differ by one step of one
component are the same breakage, which goes on.

>>> from datetime import date
>>> days = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
>>> engine = Line(name="engine", releases=tuple(zip("123", days, strict=True)))
>>> client = Line(name="client", releases=(("7", days[0]),))
>>> shown = {("1", "7"): "", ("2", "7"): "crash", ("3", "7"): ""}
>>> [each] = breakages(Grid(lines=(engine, client), shown={"chat": shown}))
>>> each.words, each.began.month, each.mended.month, each.days(days[-1])
('engine 2', 2, 3, 28)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TypeAlias

from bot.core.plan import Versions

Stack: TypeAlias = tuple[str, ...]  # a version of each component, in the order of the lines
Place: TypeAlias = tuple[tuple[int, int], ...]  # which line, and which of its releases


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The releases of a component with their days, oldest first; the first stood there before."""

    name: str
    releases: tuple[tuple[str, date], ...]

    def newest(self, day: date) -> int:
        """Return the place of the newest release of `day`; the first where there is none."""
        return max((at for at, (_, out) in enumerate(self.releases) if out <= day), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What each probe showed in each stack: a signature, empty where it was good.

    What is not known (not run, flaky, no solution) is not in it, and neither proves nor refutes.
    """

    lines: tuple[Line, ...]
    shown: Mapping[str, Mapping[Stack, str]]

    def versions(self, place: Place) -> Versions:
        """Return a place in words."""
        return tuple(
            (self.lines[line].name, self.lines[line].releases[at][0]) for line, at in place
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """Versions that break probes: the `first` set of them, and `every` one while it goes on.

    `began` is the day of the last release that `first` needs, `mended` the first day from then on
    on which the newest releases together are free of it.
    """

    first: Versions
    every: frozenset[Versions]
    probes: tuple[str, ...]
    began: date
    mended: date | None

    @property
    def words(self) -> str:
        """The versions that it takes, as people read them."""
        return " + ".join(f"{name} {version}" for name, version in self.first)

    def held(self, versions: Mapping[str, str]) -> bool:
        """Whether a stack with these versions has it."""
        return any(all(versions.get(n) == v for n, v in each) for each in self.every)

    def days(self, until: date) -> int:
        """Return for how many days it stays, at most `until` then."""
        return ((self.mended or until) - self.began).days


def breakages(grid: Grid, *, old: bool = False) -> tuple[Breakage, ...]:
    """Return what the releases of `grid` broke, in the order of days.

    What was so in the stack of all first releases is no regression, and is left out; with `old`
    only that is returned. Sets that break several probes are told once.
    """
    found: dict[frozenset[Place], list[str]] = {}
    for probe in grid.shown:
        for region in _regions(grid, probe):
            if any(all(at == 0 for _, at in place) for place in region) is old:
                found.setdefault(region, []).append(probe)
    told = (_told(grid, region, tuple(probes)) for region, probes in found.items())
    return tuple(sorted(told, key=lambda each: (each.began, len(each.first), each.first)))


def _regions(grid: Grid, probe: str) -> Iterator[frozenset[Place]]:
    """Yield the smallest sets that break `probe`, those that go on together."""
    for signature in sorted(set(grid.shown[probe].values()) - {""}):
        yield from _joined(_smallest(grid, probe, signature))


def _smallest(grid: Grid, probe: str, signature: str) -> list[Place]:
    """Return the smallest sets of versions with which `probe` shows nothing but `signature`."""
    places = [{v: at for at, (v, _) in enumerate(line.releases)} for line in grid.lines]
    rows = [
        ([places[line][version] for line, version in enumerate(stack)], told == signature)
        for stack, told in grid.shown[probe].items()
    ]
    found: set[Place] = set()
    for size in range(1, len(grid.lines) + 1):
        for lines in combinations(range(len(grid.lines)), size):
            bad: dict[Place, bool] = {}
            for row, same in rows:
                place = tuple((line, row[line]) for line in lines)
                bad[place] = bad.get(place, True) and same
            found |= {place for place, whole in bad.items() if whole and not _within(place, found)}
    return sorted(found)


def _within(place: Place, found: set[Place]) -> bool:
    """Whether a smaller set in `place` does it already."""
    return any(few in found for size in range(1, len(place)) for few in combinations(place, size))


def _joined(places: Iterable[Place]) -> Iterator[frozenset[Place]]:
    """Yield groups of places in which one step of one component leads to the next."""
    left = set(places)
    while left:
        group, edge = set[Place](), [min(left)]
        while edge:
            here = edge.pop()
            if here in left:
                left.remove(here)
                group.add(here)
                edge += [other for other in left if _beside(here, other)]
        yield frozenset(group)


def _beside(one: Place, other: Place) -> bool:
    if [line for line, _ in one] != [line for line, _ in other]:
        return False
    return sum(abs(a - b) for (_, a), (_, b) in zip(one, other, strict=True)) == 1


def _told(grid: Grid, region: frozenset[Place], probes: tuple[str, ...]) -> Breakage:
    began = {place: max(_out(grid, each) for each in place) for place in region}
    first = min(region, key=lambda place: (began[place], place))
    days = sorted({out for line in grid.lines for _, out in line.releases if out >= began[first]})
    mended = (day for day in days if not _in_newest(grid, region, day))
    return Breakage(
        first=grid.versions(first),
        every=frozenset(grid.versions(place) for place in region),
        probes=probes,
        began=began[first],
        mended=next(mended, None),
    )


def _out(grid: Grid, place: tuple[int, int]) -> date:
    line, at = place
    return grid.lines[line].releases[at][1]


def _in_newest(grid: Grid, region: frozenset[Place], day: date) -> bool:
    """Whether the newest releases of `day` together hold it."""
    newest = {line: each.newest(day) for line, each in enumerate(grid.lines)}
    return any(all(newest[line] == at for line, at in place) for place in region)
