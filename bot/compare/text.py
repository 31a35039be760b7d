"""Texts that must be equal to the last character: prompts, raw answers, rendered templates.

The shape says how two texts part without quoting them, and coarsely: it is part of signatures,
and a signature that wavers with every word would make many findings of one cause.
"""

from __future__ import annotations

from bot.compare.values import canonical, kind, raw, readable, unified
from bot.core.difference import Difference
from bot.core.model import Json

_READ = frozenset({"text", "base64"})  # kinds that are met character by character


def text(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two texts (or `{"base64"}`, `{"error"}`) character by character.

    Bytes that are no UTF-8 are met by a text that shows each broken one as U+FFFD: an engine
    that answers in JSON has no other way to tell them.
    """
    if same(expected, seen):
        return None
    one, other = readable(expected), readable(seen)
    if one == other or not ({kind(expected), kind(seen)} <= _READ or kind(expected) == kind(seen)):
        told = unified(canonical(expected), canonical(seen))
        return Difference(text=told, shape=f"text: {kind(expected)} became {kind(seen)}")
    if kind(expected) == "error":
        return Difference(text=unified(one, other), shape="text: another error")
    where = f"first difference at character {first_difference(one, other)}"
    return Difference(text=f"{where}\n{unified(one, other)}", shape=f"text: {edit(one, other)}")


def same(expected: Json, seen: Json) -> bool:
    """Whether two texts are equal, or one is the other's bytes with the broken ones replaced."""
    if expected == seen:
        return True
    one, other = raw(expected), raw(seen)
    if one is not None and other is not None:
        return one == other
    if one is not None and isinstance(seen, str):
        return one.decode("utf-8", "replace") == seen
    if other is not None and isinstance(expected, str):
        return other.decode("utf-8", "replace") == expected
    return False


def first_difference(one: str, other: str) -> int:
    """Return the index of the first character that differs, the shorter length if none does."""
    pairs = zip(one, other, strict=False)
    shorter = min(len(one), len(other))
    return next((index for index, (a, b) in enumerate(pairs) if a != b), shorter)


def edit(one: str, other: str) -> str:
    """Name what became of a text, coarsely: the name is part of signatures and must not waver."""
    if not one or not other:
        return "became empty" if one else "was empty"
    if "".join(one.split()) == "".join(other.split()):
        return "other white space"
    if "\ufffd" in other and "\ufffd" not in one:
        return "broken characters"
    if other.startswith(one) or other.endswith(one):
        return "more text"
    if one.startswith(other) or one.endswith(other):
        return "text missing"
    return "other text"
