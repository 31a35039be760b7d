"""What every comparator needs: values as text, and a difference written briefly."""

from __future__ import annotations

import base64
import difflib
import json

from bot.core.model import Json

LONGEST = 40  # lines of a difference that a person is shown
WIDEST = 200  # characters of one of its lines


def canonical(value: Json) -> str:
    """Return `value` as JSON that is equal for equal values: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def raw(value: Json) -> bytes | None:
    """Return the bytes of `{"base64": ...}`, or None when `value` is no such thing."""
    match value:
        case {"base64": str(told), **rest} if not rest:
            try:
                return base64.b64decode(told)
            except ValueError:
                return None
        case _:
            return None


def readable(value: Json) -> str:
    """Return text as it is, bytes with their odd ones written out, anything else as JSON."""
    content = raw(value)
    if content is not None:
        return content.decode("utf-8", "backslashreplace")
    return value if isinstance(value, str) else canonical(value)


def kind(value: Json) -> str:
    """Name what `value` is, for shapes: `text`, `bytes`, `error`, `null`, `list`..."""
    if isinstance(value, dict):
        return next((name for name in ("base64", "error", "$") if set(value) == {name}), "object")
    names = {bool: "boolean", int: "number", float: "number", str: "text", list: "list"}
    return names.get(type(value), "null")


def unified(expected: str, seen: str) -> str:
    """Return a short unified diff of two texts, line by line."""
    ends = expected.endswith("\n") != seen.endswith("\n")  # then the ends of lines are written out
    lines = difflib.unified_diff(
        [_visible(line, ends=ends) for line in expected.splitlines(keepends=True)],
        [_visible(line, ends=ends) for line in seen.splitlines(keepends=True)],
        "expected",
        "seen",
        lineterm="",
        n=1,
    )
    kept = [line if len(line) <= WIDEST else line[:WIDEST] + "..." for line in lines]
    if len(kept) > LONGEST:
        kept = [*kept[:LONGEST], f"... {len(kept) - LONGEST} more lines"]
    return "\n".join(kept)


def _visible(line: str, *, ends: bool) -> str:
    """Write out what cannot be seen, with `ends` the line feed at the end too."""
    body, end = (line[:-1], "\\n" if ends else "") if line.endswith("\n") else (line, "")
    if body.isprintable():
        return body + end
    return "".join(_shown(character) for character in body) + end


def _shown(character: str) -> str:
    hidden = not character.isprintable()
    return character.encode("unicode_escape").decode() if hidden else character
