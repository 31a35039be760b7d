"""Whether two sides still part as they did, when a smaller program is asked of both.

A side that failed must fail in the same words. A side that showed something may show less of it,
never anything else. Where both show something, what differs between them must be what differed:
only what they share may go. So no smaller program can be about another difference.

>>> first = Ends(good=End(value={"a": 1, "b": [2]}), bad=End(value={"a": 1, "b": [3]}))
>>> part(first, Ends(good=End(value={"b": [2]}), bad=End(value={"b": [3]})))
True
>>> part(first, Ends(good=End(value={"a": 1}), bad=End(value={"a": 1})))
False
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core.model import Json
from bot.core.reduce import canonical as exact

Leaf: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What one side did: the value that it showed, or how it failed, without what varies."""

    value: Json = None
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What both sides did."""

    good: End
    bad: End


def part(first: Ends, now: Ends) -> bool:
    """Whether both sides still do what they did at `first`, as far as they still do it."""
    if not (holds(first.bad, now.bad) and holds(first.good, now.good)):
        return False
    if first.good.failed or first.bad.failed:
        return True
    return leaves(now.good.value, now.bad.value) == leaves(first.good.value, first.bad.value)


def least(first: Ends) -> Literal["list", "dict"] | None:
    """Return what may be shown where one side fails: as little as there is of the same kind."""
    value = first.good.value if first.bad.failed else first.bad.value
    if not (first.bad.failed or first.good.failed) or not isinstance(value, list | dict):
        return None
    return "list" if isinstance(value, list) else "dict"


def holds(first: End, now: End) -> bool:
    """Whether one side fails in the same words, or shows a part of what it showed."""
    if first.failed or now.failed:
        return first.failed == now.failed
    return within(now.value, first.value)


def within(value: Json, whole: Json) -> bool:
    """Whether `value` is `whole` less some keys and elements, in their order."""
    if isinstance(value, dict) and isinstance(whole, dict):
        return all(key in whole and within(one, whole[key]) for key, one in value.items())
    if isinstance(value, list) and isinstance(whole, list):
        left = iter(whole)
        return all(any(within(one, other) for other in left) for one in value)
    return exact(value) == exact(whole)


def leaves(good: Json, bad: Json) -> frozenset[Leaf]:
    """Return where two values differ, and how; the places in lists have no numbers."""
    return frozenset(_leaves(good, bad, ""))


def _leaves(good: Json, bad: Json, path: str) -> Iterator[Leaf]:
    if isinstance(good, dict) and isinstance(bad, dict) and set(good) == set(bad):
        for key in good:
            yield from _leaves(good[key], bad[key], f"{path}/{key}")
    elif isinstance(good, list) and isinstance(bad, list) and len(good) == len(bad):
        for one, other in zip(good, bad, strict=True):
            yield from _leaves(one, other, f"{path}/*")
    elif exact(good) != exact(bad):
        yield path, exact(good), exact(bad)
