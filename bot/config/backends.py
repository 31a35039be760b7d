"""What a stack may say of hardware: backends that exist, and that its drivers compute on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from bot.config.tree import Tree, problem
from bot.core.backends import BACKENDS, CPU
from bot.core.model import Json
from bot.errors import Problem


def wrong_backends(
    tree: Tree, name: str, entry: Mapping[str, Json], computes: frozenset[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the backends of stack `name`, whose drivers know `computes`."""
    listed = entry.get("backends")
    for at, backend in enumerate(listed if isinstance(listed, list) else ()):
        place = tree.place(("stacks", name, "backends", at))
        if backend not in BACKENDS:
            close = get_close_matches(str(backend), BACKENDS, n=1)
            cure = f"did you mean `{close[0]}`? " if close else ""
            cure += f"there are {', '.join(BACKENDS)}"
            yield problem(tree.file, place, f"there is no backend `{backend}`", cure)
        elif backend != CPU and backend not in computes:
            what = f"nothing in stack `{name}` computes on `{backend}`"
            here = ", ".join(one for one in BACKENDS if one in computes or one == CPU)
            yield problem(tree.file, place, what, f"its drivers know {here}")
