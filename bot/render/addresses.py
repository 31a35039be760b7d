"""Where each page of the report lies: names that stay the same from run to run, and are safe.

>>> slug("chat openai==3.54.0 cpu")
'chat-openai-3.54.0-cpu'
>>> slug("../a b"), slug("")
('a-b-2c2c791a', 'x-e3b0c442')
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from bot.core.report import CellView, Report

INDEX = "index.html"
PAGES = 2000  # cells that have a page each; of more, those that are not good come first
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_SHORT = 8  # digits of a digest that keeps two names apart


def slug(words: str) -> str:
    """Return `words` as a file name; what loses a sign by that gets a digest of its own."""
    told = re.sub(r"[^A-Za-z0-9._]+", "-", words.replace("==", " ")).strip("-.")[:80]
    plain = words.replace("==", " ").replace(" ", "-")
    if plain == told and _PLAIN.fullmatch(told):
        return told
    return f"{told or 'x'}-{hashlib.sha256(words.encode()).hexdigest()[:_SHORT]}"


def cell_page(cell: CellView) -> str:
    """Return where the page of a cell lies."""
    return f"cells/{slug(f'{cell.row} {cell.trigger} {cell.backend}'.strip())}.html"


def finding_page(finding: str) -> str:
    """Return where the page of a finding lies."""
    return f"findings/{slug(finding)}.html"


def component_page(name: str) -> str:
    """Return where the page of a component lies."""
    return f"components/{slug(name)}.html"


def cell_pages(report: Report, good: frozenset[str]) -> Mapping[int, str]:
    """Return where the pages of cells lie, by `id` of the cell; of too many, the good have none."""
    cells = report.cells
    if len(cells) > PAGES:
        cells = tuple(cell for cell in cells if cell.word not in good)[:PAGES]
    return {id(cell): cell_page(cell) for cell in cells}
