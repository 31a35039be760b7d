"""One wanted cell, resolved: its closure under requirements, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.facts import Planned
from bot.core.matrix import Row
from bot.core.model import Cell, Closure, Conflict, Requirements
from bot.core.plan import BASELINE, NEWEST, Versions, Wanted
from bot.steps.close import close
from bot.steps.close import remembered as closed
from bot.steps.house import House


def planned(house: House, wanted: Wanted, bases: Mapping[str, Cell | None]) -> Planned:
    """Resolve one wanted cell; what cannot be resolved is planned all the same, and told."""
    base = bases.get(wanted.backend)
    if wanted.excluded:
        return _told(wanted, None, "", wanted.excluded)
    if wanted.kept is not None and not _stale(house, wanted, base):
        return _told(wanted, wanted.kept, wanted.against, "")
    answer = close(house, _question(house, wanted, _leaning(wanted, base)))
    if isinstance(answer, Conflict):
        return _told(wanted, None, "", answer.why)
    against = base.key if base and wanted.trigger != BASELINE else ""
    return _told(wanted, cell_of(house, wanted, answer), against, "")


def _leaning(wanted: Wanted, base: Cell | None) -> Closure | None:
    """Return what stays where nothing moves it; all newest leave behind what they can."""
    if base and wanted.held is not None:
        return base.closure
    return wanted.row.head if wanted.trigger == NEWEST else wanted.row.lock


def refusal(house: House, row: Row, versions: Versions) -> str:
    """Say why these versions cannot stand together, whatever else is there; "" where they can."""
    wanted = Wanted(row=row, trigger="", versions=versions, backend=house.backend)
    answer = close(house, _question(house, wanted, None))
    return answer.why if isinstance(answer, Conflict) else ""


def _told(wanted: Wanted, cell: Cell | None, against: str, conflict: str) -> Planned:
    return Planned(
        row=wanted.row.name,
        trigger=wanted.trigger,
        cell=cell,
        against=against,
        conflict=conflict,
        backend="" if cell else wanted.backend,
    )


def _question(house: House, wanted: Wanted, prefer: Closure | None) -> Requirements:
    return Requirements(
        pins=_pins(house, wanted),
        prefer=prefer,
        cutoff=house.matrix.cutoff,
        interpreter=wanted.row.interpreter,
    )


def _pins(house: House, wanted: Wanted) -> tuple[str, ...]:
    """What is held is held exactly; what it forces moves along, the rest stays by preference."""
    pins: list[str] = []
    for name, version in wanted.versions:
        pin, *beside = house.requirements(((name, version),))
        held = wanted.held is None or name in wanted.held
        pins += [pin if held else house.matrix.components[name].package, *beside]
    return tuple(pins)


def cell_of(house: House, wanted: Wanted, closure: Closure) -> Cell:
    """The cell as it was resolved: a component that had to move along has its new version."""
    return Cell(
        row=wanted.row.name,
        components=tuple(
            (name, closure.version(house.pinned(name)) or "") for name, _ in wanted.versions
        ),
        closure=closure,
        backend=wanted.backend,
        model=wanted.row.model,
        model_digest=wanted.row.model_digest,
        options=wanted.row.options,
        interpreter=wanted.row.interpreter,
        image=wanted.row.image if wanted.row.stack else "",
    )


def _stale(house: House, wanted: Wanted, base: Cell | None) -> bool:
    """Whether it should be resolved anew: what nobody watches may have moved."""
    if wanted.row.lock and base and wanted.against != base.key:
        return True
    if wanted.trigger != NEWEST:
        return False
    return closed(house, _question(house, wanted, _leaning(wanted, base))) is None
