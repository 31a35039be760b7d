"""What cells would have to download: the sizes that their index tells, less what is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bot.core.downloads import Sizes, needed, wheel
from bot.core.model import Cell, Pin
from bot.errors import SourceError
from bot.steps.house import USUAL, House

_Asked: TypeAlias = tuple[Pin, str]  # a package, and the interpreter that it is for
File: TypeAlias = tuple[str, int | None] | None


def downloads(house: House, cells: Sequence[Cell]) -> Mapping[str, Sizes]:
    """Return what each cell needs, by its key; nothing of one that exists already.

    An index is asked once for each package, several at a time. Where it does not tell, or cannot
    be asked, a size is not known.
    """
    made = [cell for cell in cells if not house.row(cell.row).existing]
    asked = {(pin, cell.interpreter): None for cell in made for pin in _pins(house, cell)}
    by_name: dict[str, list[_Asked]] = {}
    for pin, python in asked:
        by_name.setdefault(pin.name, []).append((pin, python))
    known: dict[_Asked, File] = {}
    errands = house.errands or house.runner
    for _, told in errands.run(tuple(by_name), lambda name: _files(house, by_name[name])):
        known |= told
    here = _here(house)
    return {
        cell.key: needed(
            cell.closure,
            {str(pin): known.get((pin, cell.interpreter)) for pin in cell.closure.pins},
            here.get(cell.interpreter, ()),
        )
        if cell in made
        else {}
        for cell in cells
    }


def _here(house: House) -> Mapping[str, set[str]]:
    """Return what environments that are kept here have, by their interpreter."""
    kept = house.stored()
    found: dict[str, set[str]] = {}
    for cell in house.memory.stacks.values():
        if any(cell.closure.digest.startswith(name) for name in kept):
            found.setdefault(cell.interpreter, set()).update(map(str, cell.closure.pins))
    return found


def _pins(house: House, cell: Cell) -> Sequence[Pin]:
    """Return the packages of a cell whose index may tell their sizes."""
    told = house.at(cell).source == USUAL and house.declared is not None
    return cell.closure.pins if told else ()


def _files(house: House, asked: Sequence[_Asked]) -> Mapping[_Asked, File]:
    """Ask for all versions of one package, one after the other: they are on one page."""
    machine = "_".join(house.platform.lower().split())
    found: dict[_Asked, File] = {}
    for pin, python in asked:
        try:
            files = house.declared.sizes(pin.name, pin.version) if house.declared else {}
        except SourceError:
            files = {}
        found[pin, python] = wheel(files, python, machine)
    return found
