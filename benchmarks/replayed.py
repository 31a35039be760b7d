"""Days lived again: the real steps over what was out on each day, and rooms that know the outcomes.

A house of fakes stands in for the world: a source that announces what was out by that day, a solver
that takes the pins, rooms that answer from a grid. `watch`, `plan`, `execute` and the judgement are
those of every run, one run a day, and each has the history that the days before it left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from random import Random
from statistics import fmean
from typing import Final

from bot import pipeline
from bot.core.difference import Difference
from bot.core.facts import RunEnded
from bot.core.matrix import Row
from bot.core.memory import Memory
from bot.core.model import Component, Json, Link, Look, Probe, Release
from bot.core.strategy import ALONE, FULL, NEWEST, PAIRS, TOGETHER, TRIPLES
from bot.steps.house import House
from bot.steps.verdicts import rule
from bot.studies.breakage import Breakage, Grid, Line, Stack, breakages
from tests.unit.steps import fakes, rooms

STRATEGIES: Final = (
    (ALONE,),
    (NEWEST,),
    (ALONE, NEWEST),
    (ALONE, NEWEST, TOGETHER),
    (PAIRS,),
    (TRIPLES,),
    (FULL,),
)
GOOD: Final = "good"
LATE_ENOUGH: Final = time(23, 59, tzinfo=UTC)  # of a day: everything of it is out


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A grid of outcomes, and the window of days that is lived."""

    grid: Grid
    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        """The day before the window, and every day of it."""
        for at in range((self.last - self.first).days + 2):
            yield self.first + timedelta(days=at - 1)

    @property
    def moving(self) -> Grid:
        """The grid of those probes that are ever bad: the others can tell nobody anything."""
        shown = {name: told for name, told in self.grid.shown.items() if any(told.values())}
        return replace(self.grid, shown=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A source that knows what was out by `until`."""

    world: World
    until: date

    def releases(self, component: Component) -> Iterator[Release]:
        """Yield the releases of a component, the first of its line however old it is."""
        line = next(each for each in self.world.grid.lines if each.name == component.name)
        for at, (version, out) in enumerate(line.releases):
            if out <= self.until or at == 0:
                yield Release(
                    component=component.name,
                    version=version,
                    uploaded=datetime.combine(out, time(12), tzinfo=UTC),
                    origin="replayed",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What a strategy did: new cells of each day, and the day each breakage was first seen."""

    cells: Mapping[date, int]
    seen: Mapping[Breakage, date]
    twice: int = 0  # cells that were executed more than once
    kinds: tuple[Stack, ...] = ()  # the cells, in the order in which they were run


def lived(world: World, strategy: Sequence[str], follow: Sequence[str]) -> Diary:
    """Live each day of `world` with one strategy; `follow` are words, `{first}` a line's first."""
    house = _house(world, strategy, follow)
    known = (*breakages(world.grid), *breakages(world.grid, old=True))
    cells: dict[date, int] = {}
    seen: dict[Breakage, date] = {}
    ran: list[Stack] = []
    for day in world.days:
        house = _morning(house, world, day)
        pipeline.watch(house)
        pipeline.plan(house)
        cells[day] = pipeline.execute(house)
        fresh = house.memory.executed[house.run]
        ran += [tuple(v for _, v in house.memory.stacks[key].components) for key in sorted(fresh)]
        for each in _noticed(house, fresh, known):
            seen.setdefault(each, day)
        house.tell(RunEnded(newly_broken=0), job="run end")
    return Diary(cells=cells, seen=seen, twice=len(ran) - len(set(ran)), kinds=tuple(ran))


def _noticed(house: House, fresh: set[str], known: Sequence[Breakage]) -> Iterator[Breakage]:
    """Yield what today's cells show and nothing else explains."""
    for each in rule(house, lambda one: one.cell is not None and one.cell.key in fresh):
        if each.verdict.bad and each.planned.cell:
            versions = dict(each.planned.cell.components)
            name = each.probe.name
            held = [one for one in known if name in one.probes and one.held(versions)]
            if len(held) == 1:
                yield held[0]


def _house(world: World, strategy: Sequence[str], follow: Sequence[str]) -> House:
    grid = world.moving
    index = {line.name: [version for version, _ in line.releases] for line in grid.lines}
    looks = (Look(link=Link.TEXT, compare="exact", absolute=True, golden=GOOD),)
    probes = [Probe(name=name, ask="script", request=None, looks=looks) for name in grid.shown]
    components = {
        line.name: fakes.component(
            line.name, *(word.format(first=line.releases[0][0]) for word in follow)
        )
        for line in grid.lines
    }
    row = Row(name="row", components=tuple(index), suite=("s",), strategy=tuple(strategy))

    def guest(versions: Mapping[str, str], name: str, _request: Json) -> rooms.Answer:
        stack = tuple(versions[line.name] for line in grid.lines)
        return rooms.text(grid.shown[name].get(stack, "") or GOOD)

    made = fakes.house(index, guest, probes=probes, row=row, components=components)
    return replace(made, comparators={"exact": _apart}, memory=Memory(), run=0)


def _apart(expected: Json, seen: Json, _reruns: tuple[Json, ...]) -> Difference | None:
    return None if expected == seen else Difference(text=f"{seen}", shape=f"{seen}")


def _morning(house: House, world: World, day: date) -> House:
    source = Announced(world=world, until=day)
    now = datetime.combine(day, LATE_ENOUGH)
    return replace(fakes.later(house), sources={"fake": source}, clock=lambda: now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How one strategy did over a window, against the full matrix of what it follows."""

    strategy: str
    cells: int
    whole: int
    mean: float
    worst: int
    same: Mapping[int, int]  # by how many versions it takes: seen on the day
    later: Mapping[int, int]
    never: Mapping[int, int]
    delay: float = 0.0  # days, of those seen later
    missed: tuple[str, ...] = ()


def tally(world: World, strategy: Sequence[str], diary: Diary, whole: int) -> Tally:
    """Sum up a diary; the day before the window is in `cells`, not in the mean of the days."""
    days = [count for day, count in diary.cells.items() if day >= world.first]
    told: dict[str, dict[int, int]] = {"same": {}, "later": {}, "never": {}}
    delays: list[int] = []
    missed: list[str] = []
    for each in breakages(world.grid):
        day = diary.seen.get(each)
        word = "never" if day is None else "same" if day <= each.began else "later"
        size = len(each.first)
        told[word][size] = told[word].get(size, 0) + 1
        delays += [(day - each.began).days] if day and word == "later" else []
        missed += [each.words] if day is None else []
    return Tally(
        strategy=", ".join(strategy),
        cells=sum(diary.cells.values()),
        whole=whole,
        mean=fmean(days),
        worst=max(days),
        delay=fmean(delays) if delays else 0.0,
        missed=tuple(missed),
        **told,
    )


def planted(
    lines: Sequence[Line], first: date, last: date, seed: int, counts: Sequence[int]
) -> World:
    """Return a world in which nothing is broken but what is drawn by `seed`.

    `counts` says how many breakages take one version, two, three, ... Each has a probe of its own,
    and holds for one to three releases of each of its components from a drawn one on; at least one
    of those releases came out in the window.
    """
    chance = Random(seed)  # noqa: S311 - a drawn world
    stacks = list(product(*(tuple(version for version, _ in line.releases) for line in lines)))
    shown: dict[str, Mapping[Stack, str]] = {}
    for size, count in enumerate(counts, 1):
        for number in range(count):
            box = _box(lines, size, chance)
            shown[f"{size}-{number:02}"] = {
                stack: "broken" if all(stack[at] in box[at] for at in box) else ""
                for stack in stacks
            }
    return World(grid=Grid(lines=tuple(lines), shown=shown), first=first, last=last)


def _box(lines: Sequence[Line], size: int, chance: Random) -> dict[int, frozenset[str]]:
    """Draw versions of `size` components, some of them new, none of them a whole line."""
    many = [at for at, line in enumerate(lines) if len(line.releases) > 1]
    while True:
        spans = {}
        for at in sorted(chance.sample(many, size)):
            start = chance.randrange(len(lines[at].releases))
            spans[at] = (start, start + chance.randint(1, 3))
        fits = all(stop - start < len(lines[at].releases) for at, (start, stop) in spans.items())
        if fits and any(start > 0 for start, _ in spans.values()):
            return {
                at: frozenset(version for version, _ in lines[at].releases[start:stop])
                for at, (start, stop) in spans.items()
            }
