"""The cells of this run that have something to be asked, and those of them that fit into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.facts import Planned
from bot.core.fresh import because
from bot.core.memory import slot
from bot.core.model import Cell
from bot.core.phrases import BAD_WORDS
from bot.core.plan import BASELINE
from bot.core.shards import expected
from bot.core.urgency import Candidate, Why, within
from bot.steps.downloads import downloads
from bot.steps.house import House
from bot.steps.past import histories
from bot.steps.verdicts import planned_of


def waiting(house: House, *, anywhere: bool = False, sizes: bool = False) -> tuple[Candidate, ...]:
    """Return a candidate for each cell of the plan that has something to be asked here.

    Or `anywhere`: other machines have other hardware. With `sizes` the index is asked what each
    has to download.
    """
    asks = house.unanswered if anywhere else house.needs
    every = planned_of(house)
    cells = {each.cell.key: each for each in reversed(every) if each.cell}
    wanted = [each.cell for each in cells.values() if each.cell and asks(each.cell)]
    seconds = expected(house.memory, wanted)
    files = downloads(house, wanted) if sizes else {}
    past = histories(house)
    bad = {place for place, runs in past.items() if runs and runs[-1].word in BAD_WORDS}
    found = (
        Candidate(
            key=key,
            why=_why(house, each, broken=slot(each) in bad),
            seconds=seconds[key],
            place=every.index(each),
            files=files.get(key, {}),
            since=min((one.run for one in past.get(slot(each), ())), default=house.run),
        )
        for key, each in cells.items()
        if key in seconds
    )
    return tuple(_aged(house, one, cells[one.key]) for one in found)


def _aged(house: House, one: Candidate, planned: Planned) -> Candidate:
    """Put a cell last that is asked only because its answers are too old.

    Such a baseline can wait like the others: there is something to hold them against.
    """
    since = house.aged(planned.cell) if planned.cell else 0
    told = because(house.matrix.fresh_days) if since else ""
    return replace(one, why=Why.OLD, since=since, because=told) if since else one


def chosen(house: House, *, anywhere: bool = False) -> tuple[Cell, ...]:
    """Return the cells that this run asks, the rest told: they wait for the next one."""
    bound = house.matrix.budget.megabytes is not None
    return fitting(house, waiting(house, anywhere=anywhere, sizes=bound))


def fitting(house: House, candidates: Sequence[Candidate]) -> tuple[Cell, ...]:
    """Return the cells of those candidates that fit into this run, the rest told."""
    asked, left = within(candidates, house.matrix.budget)
    cells = {each.cell.key: each.cell for each in planned_of(house) if each.cell}
    if left:
        names = ", ".join(cells[one.key].name for one in left[:3])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""  # noqa: PLR2004 - a line
        told = f"{len(left)} cells wait for the next run: this one has {house.matrix.budget.words}"
        house.progress.note(f"{told}; {names}{more}")
    return tuple(cells[one.key] for one in asked)


def _why(house: House, planned: Planned, *, broken: bool) -> Why:
    if planned.trigger == BASELINE:
        return Why.BASELINE
    pairs = planned.cell.components if planned.cell else ()
    if any(house.memory.first_seen.get(pair) == house.run for pair in pairs):
        return Why.NEW
    if planned.cell and house.memory.again(planned.cell):
        return Why.YANKED
    return Why.BROKEN if broken else Why.WAITED
