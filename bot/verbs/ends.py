"""An end of a search by any of its names: a file, what git remembers, or a cell of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.config.ends import GIT, read_end
from bot.core.closest import meant
from bot.core.memory import Memory
from bot.core.model import Cell
from bot.core.pins import Asked
from bot.errors import UsageError
from bot.ledger.state import facts_under

SHORTEST = 8  # digits of a key that name a cell
KINDS = "name a requirements file, uv.lock, pylock.toml, git:REF:PATH, or a cell of the ledger"


def end_of(where: str, interpreter: str, state: Path) -> Asked:
    """Read what `where` names; `state` is the folder of the ledger.

    A cell goes by its readable id or the beginning of its key; of equal ids the one that was
    planned last is meant. Raises `UsageError` where nothing has that name, `ConfigError` for
    lines that cannot be used.
    """
    file = where.startswith(GIT) or Path(where).exists()
    known = {} if file else Memory().fold(facts_under(state)).stacks
    if not known:
        return read_end(where, interpreter)
    cell = cell_of(where, known)
    if cell is None:
        names = sorted({each.name for each in known.values()})
        what = f"there is no file {where}, and no cell of that name in {state}"
        raise UsageError(what, cure=meant(where, names, otherwise=KINDS))
    foreign = [pin.name for pin in cell.closure.pins if "/" in pin.name]
    if foreign or not cell.closure.pins:
        what = f"{where} holds no Python packages"
        raise UsageError(what, cure="name a cell whose packages come from a Python index")
    return Asked(lines=tuple(str(pin) for pin in cell.closure.pins))


def cell_of(word: str, known: Mapping[str, Cell]) -> Cell | None:
    """Return the cell that `word` names, of those `known` by their keys in planning order."""
    found = [
        cell
        for key, cell in known.items()
        if word == cell.name or (len(word) >= SHORTEST and key.startswith(word))
    ]
    return found[-1] if found else None
