"""What a reader should know of how a result came about, beside what it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.carried import Carried
from bot.core.fresh import CHANGED, because
from bot.core.model import Cell
from bot.steps.house import House
from bot.steps.verdicts import Ruled, changed_by_itself


def taken_from(house: House, ruled: Ruled) -> Carried | None:
    """Return from where the answer to a probe was taken over, None where it was asked."""
    cell = ruled.planned.cell
    known = house.memory.cells.get(cell.key) if cell else None
    return known.carried(ruled.probe.digest) if known else None


def noted(house: House, ruled: Ruled) -> str:
    """Say that an answer was taken over, or is another one than before; "" for neither."""
    cell, carried = ruled.planned.cell, taken_from(house, ruled)
    if carried is not None:
        source = house.memory.stacks[carried.source]
        return f"carried over from {source.name}: out of reach of {', '.join(carried.moved)}"
    return CHANGED if cell and changed_by_itself(house, cell, ruled.probe) else ""


def say_what_changed(house: House, again: Sequence[Cell]) -> None:
    """Tell a person which of the cells that were asked `again` show what they did not."""
    for cell in again:
        names = [
            probe.name for probe in house.probes[cell.row] if changed_by_itself(house, cell, probe)
        ]
        if names:
            why = because(house.matrix.fresh_days)
            told = f"{cell.name}, asked again ({why}): {', '.join(names[:3])}"
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - a line
            house.progress.note(f"{told}{more}: {CHANGED}")


def say_what_was_carried(house: House, cells: Sequence[Cell]) -> None:
    """Tell a person how many answers were taken over into `cells`, and that they were not asked."""
    known = [(house.memory.cells[cell.key], cell) for cell in cells]
    counts = [
        sum(each.carried(probe.digest) is not None for probe in house.probes[cell.row])
        for each, cell in known
    ]
    if any(counts):
        places = sum(count > 0 for count in counts)
        told = f"{sum(counts)} answers of {places} cells were carried over"
        house.progress.note(f"{told}: what changed is out of reach of those probes")
