"""Several interpreters of a stack: columns of the strategies that promise what stands together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.images import listed
from bot.config.tree import Tree, names, problem
from bot.core.model import Json
from bot.core.strategy import COVERING
from bot.errors import Problem


def wrong_columns(
    tree: Tree, name: str, entry: Mapping[str, Json], packages: str
) -> Iterator[Problem]:
    """Yield why the interpreters of stack `name` cannot be several, where they are."""
    given = entry.get("python")
    several = [str(one) for one in given] if isinstance(given, list) else []
    if len(several) < 2:  # noqa: PLR2004 - one in a list is one
        return
    for what, cure in _wrong(entry, several, packages):
        place = tree.place(("stacks", name, "python"))
        yield problem(tree.file, place, f"stack `{name}` names several Pythons, {what}", cure)


def _wrong(
    entry: Mapping[str, Json], several: list[str], packages: str
) -> Iterator[tuple[str, str]]:
    words = " or ".join(f"`{word}`" for word in reversed(COVERING))
    if len(set(several)) < len(several):
        yield "and one of them twice", "name each once"
    if not set(COVERING) & set(names(entry, "strategy")):
        what = "and its strategy tries releases on the first of them only"
        yield what, f"name one, or add {words} to `strategy`"
    if packages == "npm":
        yield "and is of npm: its cells run in Node", "leave `python` out"
    elif entry.get("existing"):
        yield "and exists in one interpreter already", "leave `python` out"
    elif listed(entry.get("image")):
        yield "and an image, which has one", "leave `python` out, or `image`"
