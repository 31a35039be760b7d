"""The matrix as data: a table that a script draws a window of, however many cells there are.

It is told column by column, and what repeats is told once: a column is a list of its words and,
for each cell, which of them it has: a letter where there are few words, else a number.

>>> packed([0, 2, 1, 0], words=3), packed([0, 70], words=71)
('ACBA', [0, 70])
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from bot.core.model import Json
from bot.core.phrases import verdict_word
from bot.core.report import CellView

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
_LETTER = bytes.maketrans(bytes(range(len(LETTERS))), LETTERS.encode())
_OF = {
    "word": attrgetter("word"),
    "stack": attrgetter("row"),
    "upgrade": attrgetter("trigger"),
    "backend": attrgetter("backend"),
    "probes": attrgetter("tally.good", "tally.bad", "tally.grey"),
}
COLUMNS = (*_OF, "python", "page")


def table(cells: Sequence[CellView], pages: Mapping[int, str] | None = None) -> dict[str, Json]:
    """Return, by the name of the column, its `words` and the cells' `numbers`; a tone by word.

    A word of `probes` is three counts: good, bad, not told. `pages` says where the page of a cell
    lies, by its `id`; of a cell without one it is empty.
    """
    where = pages or {}
    columns: dict[str, list[Any]] = {name: list(map(of, cells)) for name, of in _OF.items()}
    columns["python"] = [each.cell.interpreter if each.cell else "" for each in cells]
    columns["page"] = [where.get(id(each), "") for each in cells]
    known = {name: _known(column) for name, column in columns.items()}
    words: dict[str, Json] = {name: [*each] for name, each in known.items()}
    tones: list[Json] = [verdict_word(word) for word in known["word"]]
    numbers: dict[str, Json] = {
        name: packed([*map(known[name].__getitem__, column)], words=len(known[name]))
        for name, column in columns.items()
    }
    return {"words": words, "numbers": numbers, "tones": tones}


def _known(column: Sequence[Any]) -> dict[Any, int]:
    """Return each word of a column with its number, in the order of their first cells."""
    return {word: at for at, word in enumerate(dict.fromkeys(column))}


def packed(numbers: Sequence[int], *, words: int) -> Json:
    """Return the numbers of so many words as letters, where there are letters enough."""
    if words > len(LETTERS):
        return [*numbers]
    return bytes(numbers).translate(_LETTER).decode()


def embedded(told: Mapping[str, Json]) -> str:
    """Return data as JSON that may stand inside a script element."""
    text = json.dumps(told, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
