"""A row whose stack a user made: what is there is its one cell, held against what was there.

Nothing can be tried beside it. When it has changed since the last good run, the cell of that day
is the baseline, and the packages that moved are told; which of them did it cannot be searched.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.facts import Planned
from bot.core.finding import moved
from bot.core.matrix import Row
from bot.core.model import Cell, Closure, Conflict, Requirements
from bot.core.outcome import Ending, Explanation
from bot.core.plan import BASELINE, NEWEST, History
from bot.steps.house import House
from bot.steps.verdicts import NOT_HERE

SERVER = "server"


def plan_existing(house: House, row: Row, history: History) -> Iterator[Planned]:
    """Yield the cell of what is there now, and before it the one that it is held against."""
    found = house.solver.close(Requirements(pins=(), interpreter=row.interpreter))
    why = found.why if isinstance(found, Conflict) else _lacks(house, row, found)
    if isinstance(found, Conflict) or why:
        house.progress.note(f"{row.name}: {NOT_HERE}, {why}")
        yield _planned(house, row, BASELINE, None, conflict=f"{NOT_HERE}: {why}")
        return
    cell = _cell(house, row, found)
    before = history.good.get(house.backend) or history.baseline.get(house.backend)
    if before is None or before.key == cell.key:
        yield _planned(house, row, BASELINE, cell)
        return
    yield _planned(house, row, BASELINE, before)
    yield _planned(house, row, NEWEST, cell, against=before.key)


def unsearched(good: Closure, bad: Closure) -> Explanation:
    """Return what can be said of a change in what exists: everything that moved, and no culprit."""
    told = [f"{name} {old or 'absent'} -> {new or 'gone'}" for name, old, new in _moved(good, bad)]
    why = f"what exists cannot be mixed; there moved {', '.join(told) or 'nothing that it tells'}"
    return Explanation(ending=Ending.UNEXPLAINED, why=why)


def _moved(good: Closure, bad: Closure) -> list[tuple[str, str, str]]:
    """Name versions, and where a version stayed, files that did not."""
    hashes = {pin.name: pin.hashes for pin in good.pins}
    built = [
        (pin.name, f"{pin.version} as it was", f"{pin.version} built anew")
        for pin in bad.pins
        if good.version(pin.name) == pin.version and hashes[pin.name] != pin.hashes
    ]
    return [*moved(good.versions, bad.versions), *built]


def _lacks(house: House, row: Row, found: Closure) -> str:
    lost = [name for name in row.components if not _version(house, name, found)]
    return f"{', '.join(lost)} is not installed in {row.existing}" if lost else ""


def _version(house: House, component: str, found: Closure) -> str:
    if house.url:
        return f"{found.version(SERVER)} {found.version('version')}"
    return found.version(house.pinned(component)) or ""


def _cell(house: House, row: Row, found: Closure) -> Cell:
    return Cell(
        row=row.name,
        components=tuple((name, _version(house, name, found)) for name in row.components),
        closure=found,
        backend=house.backend,
        model=row.model,
        model_digest=row.model_digest,
        options=row.options,
        interpreter=row.interpreter,
    )


def _planned(
    house: House,
    row: Row,
    trigger: str,
    cell: Cell | None,
    *,
    against: str = "",
    conflict: str = "",
) -> Planned:
    backend = "" if cell else house.backend
    return Planned(
        row=row.name,
        trigger=trigger,
        cell=cell,
        against=against,
        conflict=conflict,
        backend=backend,
    )
