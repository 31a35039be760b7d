"""Token ids, exactly: ids are names, and no name is nearly another."""

from __future__ import annotations

from bot.compare.values import kind
from bot.core.difference import Difference
from bot.core.model import Json

BEFORE, AFTER = 3, 5  # ids shown around the first that differs


def ids(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two lists of token ids; names the first that differs."""
    if expected == seen:
        return None
    if not isinstance(expected, list) or not isinstance(seen, list):
        shape = f"ids: {kind(expected)} became {kind(seen)}"
        return Difference(text=f"expected {expected}\nseen {seen}", shape=shape)
    shorter = min(len(expected), len(seen))
    where = next((at for at in range(shorter) if expected[at] != seen[at]), shorter)
    told = (
        f"first difference at token {where}\n"
        f"- {_around(expected, where)}  ({len(expected)} tokens)\n"
        f"+ {_around(seen, where)}  ({len(seen)} tokens)"
    )
    return Difference(text=told, shape=f"ids: {_ids_shape(expected, seen, where)}")


def _around(values: list[Json], where: int) -> str:
    start = max(0, where - BEFORE)
    return f"{'... ' if start else ''}{values[start : where + AFTER]}"


def _ids_shape(expected: list[Json], seen: list[Json], where: int) -> str:
    if where == len(seen):
        return "cut short"
    if where == len(expected):
        return "more at the end"
    if expected == seen[1:] or expected[1:] == seen:
        return "one more at the start" if len(seen) > len(expected) else "one less at the start"
    lengths = (len(seen) > len(expected)) - (len(seen) < len(expected))
    return ("fewer", "others, as many", "more")[lengths + 1]
