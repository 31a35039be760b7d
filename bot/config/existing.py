"""`existing` of a stack: what a user has already, an interpreter or the address of a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.config.shape import StackFile
from bot.config.tree import Tree, problem
from bot.core.model import Json
from bot.errors import Problem

HOW = "write `existing: {python: PATH}` or `existing: {url: ADDRESS}`"
ENDPOINT = "endpoint"


def wrong_existing(
    tree: Tree,
    name: str,
    entry: Mapping[str, Json],
    drivers: Mapping[str, str],
    sources: Mapping[str, str],
) -> Iterator[Problem]:
    """Yield what is wrong with what stack `name` says to exist; `drivers` are by component."""
    told = entry.get("existing")
    if isinstance(told, dict):
        place = tree.place(("stacks", name, "existing"))
        for what, cure in _wrong(name, told, list(drivers.values()), sources):
            yield problem(tree.file, place, what, cure)


def _wrong(
    name: str, told: Mapping[str, Json], drivers: list[str], sources: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    url = told.get("url")
    if bool(url) == bool(told.get("python")):
        yield f"stack `{name}` is to exist either as an interpreter or as a server", HOW
    elif url and not str(url).startswith(("http://", "https://")):
        yield f"`{url}` is no address of a server", "write one as in http://127.0.0.1:8080"
    elif url and drivers != [ENDPOINT]:
        what = f"stack `{name}` is a server that runs: it has one component, of driver `{ENDPOINT}`"
        yield what, f"write `driver: {ENDPOINT}`, or name an interpreter"
    elif not url and any(sources.get(driver, "pypi") != "pypi" for driver in drivers):
        what = f"stack `{name}` exists in an interpreter, and not all of it is Python's"
        yield what, "make a stack of its own for what is not"


def served_by_users(stacks: Mapping[str, Mapping[str, Json]]) -> frozenset[str]:
    """Return the components of stacks that are servers: none of them is ever released."""
    found: set[str] = set()
    for entry in stacks.values():
        told, listed = entry.get("existing"), entry.get("components")
        if isinstance(told, dict) and told.get("url") and isinstance(listed, list):
            found |= {str(name) for name in listed}
    return frozenset(found)


def existing_of(entry: StackFile, folder: Path) -> str:
    """Return the interpreter or the address; a path is taken from `folder`, a name as it is."""
    told = entry.existing
    if told is None:
        return ""
    if told.url:
        return told.url.rstrip("/")
    path = Path(told.python).expanduser()
    return str(folder.absolute() / path) if len(path.parts) > 1 else told.python
