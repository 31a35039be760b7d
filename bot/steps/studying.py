"""Ask cells what a study wants to know: the same questions again, in each of its arms.

Every answer is a fact of the study's own ledger, so a study that was interrupted goes on where it
was. Nothing that an ordinary run saw is used: how it came about is not known well enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, TypeAlias

from bot.core.facts import Tried
from bot.core.model import Cell, Failure, Json, Observation, Probe
from bot.core.registered import Arm, Registered
from bot.ports import Room
from bot.steps.ask import ask, modules, whole
from bot.steps.house import House
from bot.studies.reproducibility import Pair, paired

FIRST: Final = "first"  # the draw that all others are held against
AGAIN: Final = "again"  # the same question, later in the same process
Draw: TypeAlias = dict[str, Observation]  # by the name of the probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """All that one cell answered: a draw for the first time, and one for each arm."""

    cell: Cell
    draws: Mapping[str, Draw]


def drawn(house: House, study: Registered, cells: Sequence[Cell]) -> tuple[Drawn, ...]:
    """Ask each cell in every arm that can be asked of it."""
    house.progress.begin(study.study, len(cells))
    found: dict[str, Drawn] = {}
    for cell, one in house.runner.run(tuple(cells), lambda cell: _cell(house, study, cell)):
        found[cell.key] = one
        house.progress.advance(study.study, cell.name)
    return tuple(found[cell.key] for cell in cells)


def pairs(house: House, study: Registered, every: Sequence[Drawn]) -> Iterator[Pair]:
    """Yield the pairs of answers of each arm."""
    for one in every:
        for arm in (arm for arm in study.arms if arm.asked and arm.name in one.draws):
            yield from _held(house, arm, (one, one), (FIRST, arm.name))
    for arm in (arm for arm in study.arms if arm.across):
        for both in combinations(every, 2):
            if _alike(house, arm.across, both[0].cell, both[1].cell):
                yield from _held(house, arm, both, (FIRST, FIRST))


def _held(
    house: House, arm: Arm, both: tuple[Drawn, Drawn], names: tuple[str, str]
) -> Iterator[Pair]:
    one, other = (drawn.draws.get(name, {}) for drawn, name in zip(both, names, strict=True))
    cell = both[0].cell
    place = (cell.row, cell.name, both[1].cell.name)
    for probe in house.probes[cell.row]:
        if probe.name in one and probe.name in other:
            answers = (one[probe.name], other[probe.name])
            yield paired(arm.name, place, probe, answers, house.comparators)


def _alike(house: House, across: str, one: Cell, other: Cell) -> bool:
    """Whether two cells differ in this part of them, and in none besides that counts."""
    parts = {
        "backend": (one.backend, other.backend),
        "interpreter": (one.interpreter, other.interpreter),
    }
    rows = [house.row(cell.row) for cell in (one, other)]
    family = {row.beside or row.name for row in rows}
    same = all(left == right for name, (left, right) in parts.items() if name != across)
    return (
        same
        and len(family) == 1
        and parts[across][0] != parts[across][1]
        and one.components == other.components
        and (one.model, one.options, one.image) == (other.model, other.options, other.image)
    )


def _cell(house: House, study: Registered, cell: Cell) -> Drawn:
    house = house.at(cell)
    probes = house.probes[cell.row]
    names = [name for name, _ in cell.components]
    arms = [arm for arm in study.arms if arm.asked and _takes(house, arm, names)]
    with ExitStack() as stack:
        asker = _Asker(house=house, study=study, cell=cell, stack=stack)
        draws = asker.first(probes, twice=any(arm.name == AGAIN for arm in arms))
        for arm in (arm for arm in arms if arm.name != AGAIN):
            draws[arm.name] = asker.told(arm, probes)
    return Drawn(cell=cell, draws=draws)


def _takes(house: House, arm: Arm, names: Sequence[str]) -> bool:
    """Whether some driver of a cell can be told what an arm tells."""
    drivers = {house.driver(name).name for name in names}
    return not arm.drivers or bool(drivers.intersection(arm.drivers))


@dataclass(slots=True, kw_only=True)
class _Asker:
    """Asks one cell; a room that is kept is opened when it is first needed, and once."""

    house: House
    study: Registered
    cell: Cell
    stack: ExitStack
    room: Room | Failure | None = None

    def first(self, probes: Sequence[Probe], *, twice: bool) -> dict[str, Draw]:
        """Return the first draw and, in the same process, every question once more."""
        later = [replace(probe, name=f"{probe.name} {AGAIN}") for probe in probes] if twice else []
        told = self.told(Arm(name=FIRST, differs=""), (*probes, *later))
        found = {FIRST: {probe.name: told[probe.name] for probe in probes}}
        if twice:
            found[AGAIN] = {probe.name: told[f"{probe.name} {AGAIN}"] for probe in probes}
        return found

    def told(self, arm: Arm, probes: Sequence[Probe]) -> Draw:
        """Ask what is not known yet, and return all of it."""
        search = f"study {self.study.study} {self.study.digest[:12]} {self.cell.key} {arm.name}"
        known = self.house.memory.tried
        missing = [probe for probe in probes if (search, probe.name) not in known]
        if missing:
            house = _telling(self.house, self.cell, arm)
            guests = modules(house, [one for one, _ in self.cell.components], self.cell.model)
            room = self._open(fresh=True) if arm.fresh else self._kept()
            for probe, seen in _seen(house, room, guests, missing):
                fact = Tried(search=search, trial=probe.name, observation=seen)
                self.house.tell(fact, job=f"{search} {probe.name}")
        told = {probe.name: known[(search, probe.name)].observation for probe in probes}
        return {name: seen for name, seen in told.items() if seen is not None}

    def _kept(self) -> Room | Failure:
        if self.room is None:
            self.room = self._open(fresh=False)
        return self.room

    def _open(self, *, fresh: bool) -> Room | Failure:
        cell, house = self.cell, self.house
        return self.stack.enter_context(
            house.env.open(
                cell.closure, interpreter=cell.interpreter, limits=house.limits(), fresh=fresh
            )
        )


def _seen(
    house: House, room: Room | Failure, guests: Json, probes: Sequence[Probe]
) -> Iterator[tuple[Probe, Observation]]:
    if isinstance(room, Failure):
        yield from ((probe, Observation(probe=probe.name, failure=room)) for probe in probes)
        return
    asked = ask(house, room, guests, probes)
    yield from ((probe, whole(probe, asked)) for probe in probes)


def _telling(house: House, cell: Cell, arm: Arm) -> House:
    """Return the house in which the drivers of a cell are told what an arm tells besides."""
    known = dict(house.matrix.components)
    for name, _ in cell.components:
        if house.driver(name).name in arm.drivers:
            known[name] = replace(known[name], options={**known[name].options, **arm.options})
    return replace(house, matrix=replace(house.matrix, components=known))
