"""From followed releases to resolved cells, with what earlier runs leave to each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.core.backends import BACKENDS, CPU
from bot.core.facts import Planned
from bot.core.follow import ordered
from bot.core.judge import cannot_run_here
from bot.core.matrix import Exclusion, Row
from bot.core.model import Cell, Observation, Role
from bot.core.outcome import Verdict
from bot.core.plan import (
    BASELINE,
    NEWEST,
    History,
    Past,
    Versions,
    Wanted,
    again,
    in_force,
    next_runnable,
    plan,
    without,
)
from bot.steps.existing import plan_existing
from bot.steps.house import House
from bot.steps.minimum import minimum
from bot.steps.queued import asked_for
from bot.steps.resolving import planned
from bot.steps.strategies import mixed
from bot.steps.verdicts import NOT_HERE, planned_of, rule, waits
from bot.steps.watching import line, remembered

_GOOD = {Verdict.NEW, Verdict.STILL_GOOD, Verdict.STILL_BAD, Verdict.FIXED}


def plan_rows(house: House) -> Iterator[Planned]:
    """Yield every cell that the matrix wants, baseline first in each row."""
    lines = {name: line(house, component) for name, component in house.matrix.components.items()}
    exclusions = in_force(house.matrix.exclusions, house.clock().date())
    watched = [name for name, one in house.matrix.components.items() if not one.driver]
    if watched:
        told = "no cell: nothing here installs what is only watched"
        house.progress.note(f"{', '.join(watched)}: {told}")
    first = [row for row in house.matrix.rows if not row.beside]
    house.progress.begin("plan", len(first))
    for row in first:
        if row.existing:
            yield from _existing(house, row)
        else:
            yield from _whole(house, row, lines, exclusions)
        house.progress.advance("plan", row.name)


def _existing(house: House, row: Row) -> Iterator[Planned]:
    """Yield what is wanted of a stack that is there already, on each backend."""
    for backend in row.backends:
        alone = replace(row, backends=(backend,))
        there = house.within(row.name, backend)
        yield from plan_existing(there, alone, history(there, alone))


def _whole(
    house: House, row: Row, lines: Mapping[str, Sequence[str]], exclusions: Sequence[Exclusion]
) -> Iterator[Planned]:
    """Yield the cells of a row on all its backends, with those of the rows beside it."""
    done: list[Planned] = []
    known: dict[tuple[str, str], History] = {}
    rows = (row, *(one for one in house.matrix.rows if one.beside == row.name))
    for one, backend in ((one, backend) for one in rows for backend in row.backends):
        alone = replace(one, backends=(backend,))
        there = house.within(one.name, backend)
        then = known[one.name, backend] = history(there, alone)
        if one is row:
            done += _row(there, alone, lines, exclusions, then)
        else:
            done += _beside(there, alone, lines, exclusions, then, done)
    yield from done
    past = {
        (name, *where): each
        for (name, _), then in known.items()
        for where, each in then.past.items()
    }
    yield from mixed(house, rows, lines, exclusions, done, past)
    yield from minimum(house, row, exclusions, done, _left(known, row))


def _left(known: Mapping[tuple[str, str], History], row: Row) -> History:
    """Return what is left to one row, on all its backends."""
    mine = [then for (name, _), then in known.items() if name == row.name]
    return History(
        past={where: each for then in mine for where, each in then.past.items()},
        good={backend: cell for then in mine for backend, cell in then.good.items()},
    )


def _beside(
    house: House,
    row: Row,
    lines: Mapping[str, Sequence[str]],
    exclusions: Sequence[Exclusion],
    then: History,
    done: Sequence[Planned],
) -> Sequence[Planned]:
    """Return the baseline of a row beside another: as it is there, where that can be.

    Else all newest, what it was before, or the oldest: the first that resolves. The others of its
    cells are those that a strategy of the whole draws.
    """
    newest, oldest = (tuple((name, lines[name][at]) for name in row.components) for at in (-1, 0))
    bases = [each.cell for each in done if each.cell and each.trigger == BASELINE]
    first = [cell.components for cell in bases if cell.backend == house.backend][:1]
    before = [cell.components for cell in then.baseline.values()]
    told: tuple[Planned, ...] = ()
    for versions in dict.fromkeys((*first, newest, *before, oldest)):
        pinned = replace(row, strategy=(), baseline=versions)
        again = tuple(_row(house, pinned, lines, exclusions, then))
        if again[0].cell:
            return again
        told = told or again
    return told


def _row(
    house: House,
    row: Row,
    lines: Mapping[str, Sequence[str]],
    exclusions: Sequence[Exclusion],
    then: History,
) -> Iterator[Planned]:
    """Yield the cells of a row on the one backend that it has here."""
    obstacle = house.obstacle(house.source) or house.barred or _nothing_there(house, row)
    if obstacle:
        house.progress.note(f"{row.name}: {NOT_HERE}, {obstacle}")
        told = f"{NOT_HERE}: {obstacle}"
        yield Planned(
            row=row.name,
            trigger=BASELINE,
            cell=None,
            against="",
            conflict=told,
            backend=house.backend,
        )
        return
    if house.backend in house.lacks:
        house.progress.note(f"{row.name}: {waits(house, house.backend)}")
    runnable = partial(_runnable, house, row)
    bases: dict[str, Cell | None] = {}
    cells: list[Planned] = []
    for each in plan(row, lines, then, exclusions, runnable):
        cells.append(planned(house, each, bases))
        if each.trigger == BASELINE:
            bases[each.backend] = cells[-1].cell
    if row.head and all(one.cell and one.cell == cells[0].cell for one in cells):
        house.progress.note(f"{row.name}: nothing in it is moved by the second lock")
        return
    yield from cells
    known = {one.trigger for one in cells}
    base = bases.get(house.backend)
    for each in (*_yanked(house, row, exclusions, then), *asked_for(house, row, base)):
        if each.trigger not in known:
            known.add(each.trigger)
            yield planned(house, each, bases)


def _yanked(
    house: House, row: Row, exclusions: Sequence[Exclusion], then: History
) -> Iterator[Wanted]:
    """Yield the cells of releases that were yanked after they were tried alone: asked once more.

    Nobody follows such a release any longer, and some have it: what it does counts for them.
    """
    for (backend, trigger), past in then.past.items():
        name, alone, version = trigger.partition("==")
        pair = (name, version)
        gone = house.memory.withdrawn.get(pair)
        if alone and pair in past.cell.components and gone and house.memory.again(past.cell):
            yield without(again(row, trigger, past, backend), exclusions)


def _nothing_there(house: House, row: Row) -> str:
    """Say why no machine like this one could ever run a row on its backend, or nothing."""
    system = BACKENDS[house.backend].system if house.backend in BACKENDS else ""
    if system and house.backend in house.lacks:
        return waits(house, house.backend)
    able = any(house.backend in house.driver(name).backends for name in row.components)
    return "" if able or house.backend == CPU else f"nothing in it computes on {house.backend}"


def _runnable(house: House, row: Row, versions: Versions) -> Versions:
    """Move a baseline on that this machine was seen to be unable to run."""
    components = [house.matrix.components[name] for name in row.components]
    engine = next((one for one in components if one.role is Role.ENGINE), components[0])
    known = ordered(remembered(house, engine), scheme=engine.scheme)
    releases = [release.version for release in known]
    return next_runnable(versions, stranded(house, row), engine.name, releases)


def stranded(house: House, row: Row) -> frozenset[Versions]:
    """Return the stacks of `row` that died of an instruction this processor does not have."""
    return frozenset(
        cell.components
        for key, cell in house.memory.stacks.items()
        if cell.row == row.name
        and (known := house.memory.cells.get(key))
        and known.stopped
        and cannot_run_here(Observation(probe="", failure=known.stopped.failure))
    )


def stuck(house: House) -> bool:
    """Whether a baseline of this run is one that this machine cannot run, and another is left."""
    return any(
        _runnable(house, house.row(each.row), each.cell.components) != each.cell.components
        for each in planned_of(house)
        if each.trigger == BASELINE and each.cell and not house.row(each.row).existing
    )


def history(house: House, row: Row) -> History:
    """Return what the last finished run leaves to `row`."""
    before = house.memory.earlier(house.run)
    if before is None:
        return History()
    then = replace(house, run=before)
    mine = [each for each in planned_of(then) if each.row == row.name and each.cell]
    usable = [(each, each.cell) for each in mine if each.cell and _fits(row, each.cell)]
    return History(
        past={
            (cell.backend, each.trigger): Past(cell=cell, against=each.against)
            for each, cell in usable
            if each.trigger != BASELINE
        },
        baseline={cell.backend: cell for each, cell in usable if each.trigger == BASELINE},
        good=_good(then, row),
        tried=frozenset(
            pair
            for cell in house.memory.stacks.values()
            if cell.row == row.name and _same_model(row, cell)
            for pair in cell.components
        ),
    )


def _fits(row: Row, cell: Cell) -> bool:
    """Whether the row still is what it was when the cell was planned."""
    same = tuple(name for name, _ in cell.components) == row.components
    return same and _same_model(row, cell) and cell.interpreter == row.interpreter


def _same_model(row: Row, cell: Cell) -> bool:
    there = (cell.model, cell.model_digest, cell.options)
    return there == (row.model, row.model_digest, row.options)


def _good(then: House, row: Row) -> dict[str, Cell]:
    """The stack of all newest, where nothing in it was worse than in its baseline."""
    newest = [
        each
        for each in rule(then, lambda one: (one.row, one.trigger) == (row.name, NEWEST))
        if each.planned.cell
    ]
    bad = {
        each.planned.cell.backend
        for each in newest
        if each.planned.cell and each.verdict not in _GOOD
    }
    cells = {each.planned.cell.backend: each.planned.cell for each in newest if each.planned.cell}
    return {
        backend: cell for backend, cell in cells.items() if backend not in bad and _fits(row, cell)
    }
