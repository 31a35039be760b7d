"""The matrix as data: a table that a script draws a window of, however many cells there are.

Words that repeat are told once; a row is nine numbers, eight of which count or point.

>>> table([])["rows"]
[]
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.core.model import Json
from bot.core.phrases import verdict_word
from bot.core.report import CellView

COLUMNS = ("word", "stack", "upgrade", "backend", "python")


class _Words:
    """Strings, each with its number."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def number(self, word: str) -> int:
        """Return the number of a word."""
        return self.known.setdefault(word, len(self.known))

    @property
    def list(self) -> list[Json]:
        """All words, in the order of their numbers."""
        return [*self.known]


def table(cells: Sequence[CellView], pages: Mapping[int, str] | None = None) -> dict[str, Json]:
    """Return the lists of words of each column, and a row of numbers for each cell.

    A row holds five numbers of words, three counts of probes (good, bad, not told), and the number
    of the cell's page.
    """
    told = tuple(_Words() for _ in COLUMNS)
    words, stacks, upgrades, backends, pythons = (each.number for each in told)
    where, number = pages or {}, _Words()
    number.number("")
    rows: list[Json] = [
        [
            words(cell.word),
            stacks(cell.row),
            upgrades(cell.trigger),
            backends(cell.backend),
            pythons(cell.cell.interpreter if cell.cell else ""),
            cell.tally.good,
            cell.tally.bad,
            cell.tally.grey,
            number.number(where.get(id(cell), "")),
        ]
        for cell in cells
    ]
    lists: dict[str, Json] = {name: each.list for name, each in zip(COLUMNS, told, strict=True)}
    tones: list[Json] = [verdict_word(word) for word in told[0].known]
    return {**lists, "tone": tones, "page": number.list, "rows": rows}


def embedded(told: Mapping[str, Json]) -> str:
    """Return data as JSON that may stand inside a script element."""
    text = json.dumps(told, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
