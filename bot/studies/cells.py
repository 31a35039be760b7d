"""The cells that facts speak of: an observation names its cell by a key, and a plan explains it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.facts import Fact, Planned
from bot.core.model import Cell


def planned_cells(facts: Iterable[Fact]) -> dict[str, Cell]:
    """Return every cell that some plan holds, by its key; a plan may stand behind its answers."""
    plans = (fact.body for fact in facts if isinstance(fact.body, Planned))
    return {plan.cell.key: plan.cell for plan in plans if plan.cell}
