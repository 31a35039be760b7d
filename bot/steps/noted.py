"""What a reader should know of how a result came about, beside what it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.fresh import CHANGED, because
from bot.core.model import Cell
from bot.steps.house import House
from bot.steps.verdicts import Ruled, changed_by_itself


def noted(house: House, ruled: Ruled) -> str:
    """Say that the cell was asked again and shows what it did not; "" where there is nothing."""
    cell = ruled.planned.cell
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
