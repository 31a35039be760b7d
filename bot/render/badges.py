"""A badge for each stack, as the endpoint of shields.io reads it.

The schema stands at https://shields.io/badges/endpoint-badge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.claims import DECLARED
from bot.core.model import Json
from bot.core.phrases import BAD_WORDS, no_worse
from bot.core.plan import BASELINE
from bot.core.report import CellView, Report
from bot.core.sanitise import plain
from bot.render.addresses import slug


class BadgesRenderer:
    """Writes `badges/STACK.json`."""

    name = "badges"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return a badge for each stack: how many upgrades are good, and how many are not."""
        return {
            f"badges/{slug(row)}.json": json.dumps(
                badge(row, [cell for cell in report.cells if cell.row == row]), indent=1
            )
            + "\n"
            for row in report.rows
        }


def badge(row: str, cells: list[CellView]) -> dict[str, Json]:
    """Return the badge of a stack: red where an upgrade breaks it, green where none does."""
    moved = [cell for cell in cells if cell.trigger != BASELINE]
    upgrades = [cell for cell in moved if not cell.trigger.startswith(DECLARED)]
    bad = sum(cell.word in BAD_WORDS for cell in upgrades)
    fine = sum(map(no_worse, upgrades))
    unsure = len(upgrades) - bad - fine
    counted = ((fine, "fine"), (bad, "broken"), (unsure, "not settled"))
    message = ", ".join(f"{count} {word}" for count, word in counted if count)
    colour = "red" if bad else "yellow" if unsure else "brightgreen"
    return {
        "schemaVersion": 1,
        "label": " ".join(plain(row).split()),
        "message": message or "nothing to upgrade",
        "color": colour,
    }
