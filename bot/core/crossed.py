"""What a base image alone makes of a stack that is crossed with several.

The image is a component of its own, of the role runtime, which no search through releases can
find: the same releases are held against themselves on another image.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.model import Cell
from bot.core.report import CellView, Report


def told_by_images(report: Report, row: str) -> Iterator[str]:
    """Yield a sentence for each stack of `row` that is bad on its image, and good on another."""
    for here in report.cells:
        if here.row == row and here.cell and here.cell.image and here.tally.bad:
            there = [one for one in report.cells if one.cell and _elsewhere(here.cell, one)]
            good = {one.cell.image: one.cell for one in there if one.cell}
            if good:
                yield _sentence(here.cell, good)


def _elsewhere(cell: Cell, view: CellView) -> bool:
    """Whether `view` is good, and is `cell` but for the image."""
    other = view.cell
    if other is None or other.image in ("", cell.image):
        return False
    rows = {one.row.removesuffix(f"@{one.image}") for one in (cell, other)}
    same = (cell.components, cell.backend, cell.model) == (
        other.components,
        other.backend,
        other.model,
    )
    return same and len(rows) == 1 and view.tally.good > 0 and not view.tally.bad


def _sentence(cell: Cell, good: dict[str, Cell]) -> str:
    stack = ", ".join(f"{name} {version}" for name, version in cell.components)
    besides = [beside for other in good.values() for beside in _besides(cell, other)]
    told = f" (with it: {'; '.join(dict.fromkeys(besides))})" if besides else ""
    images = " and ".join(sorted(good))
    return (
        f"The base image breaks {stack} here: on {cell.image} it is bad, on {images} the same "
        f"releases are good{told}."
    )


def _besides(cell: Cell, other: Cell) -> Iterator[str]:
    """Yield what differs together with the image: its Python, and what was resolved for that."""
    if cell.interpreter != other.interpreter:
        yield f"Python {cell.interpreter} and {other.interpreter}"
    here, there = dict(cell.closure.versions), dict(other.closure.versions)
    moved = {name for name in here.keys() | there.keys() if here.get(name) != there.get(name)}
    if moved:
        yield f"{', '.join(sorted(moved))} of other versions"
