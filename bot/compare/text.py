"""Texts that must be equal to the last character: prompts, raw answers, rendered templates.

The shape says how two texts part without quoting them: what kind of edit it takes, and of what
kind of characters. So two releases that spoil an answer in two ways have two signatures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

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
    """Name the edit from `one` to `other`: what was added or taken away, where, of which kind."""
    if not one or not other:
        return "became empty" if one else "was empty"
    start = first_difference(one, other)
    end = first_difference(one[start:][::-1], other[start:][::-1])
    gone, new = one[start : len(one) - end], other[start : len(other) - end]
    place = _place(start, end)
    if not new:
        return f"{_classes(gone)} missing {place}"
    if not gone:
        return f"{_classes(new)} added {place}"
    if gone.split() == new.split() or (gone.isspace() and new.isspace()):
        return f"other whitespace {place}"
    return f"{_classes(gone)} became {_classes(new)} {place}"


def _place(start: int, end: int) -> str:
    if start == 0 and end == 0:
        return "everywhere"
    return "at the start" if start == 0 else "at the end" if end == 0 else "inside"


def _classes(part: Iterable[str]) -> str:
    """Name the kinds of characters in `part`, most telling first."""
    found = {_class(character) for character in part}
    order = ("replacement", "control", "whitespace", "symbol", "letter", "digit", "mark")
    return " and ".join(name for name in order if name in found)


def _class(character: str) -> str:
    if character == "�":
        return "replacement"
    if character.isspace():
        return "whitespace"
    major = unicodedata.category(character)[0]
    names = {"L": "letter", "N": "digit", "M": "mark", "C": "control"}
    return names.get(major, "symbol")
