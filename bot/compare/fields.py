"""Values with fields: any JSON, messages with their tool calls, usage counts.

A message is compared by what a program does with it: role, content, reasoning, the tool calls
with parsed arguments, the reason to stop. Ids differ from call to call and are left out.
"""

from __future__ import annotations

import json

from bot.compare.text import edit, same
from bot.compare.values import canonical, kind, readable, unified
from bot.core.difference import Difference
from bot.core.model import Json

COUNTS = ("prompt_tokens", "completion_tokens")


def any_json(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two JSON values; the order of keys does not count, `1` and `1.0` are two values."""
    if canonical(expected) == canonical(seen):
        return None
    one, other = _pretty(expected), _pretty(seen)
    return Difference(text=unified(one, other), shape=f"json: {_json_shape(expected, seen)}")


def _pretty(value: Json) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _json_shape(expected: Json, seen: Json) -> str:
    """Name the first place that differs by its depth and kinds, without keys or values."""
    if kind(expected) != kind(seen):
        return f"{kind(expected)} became {kind(seen)}"
    if isinstance(expected, dict) and isinstance(seen, dict):
        if expected.keys() != seen.keys():
            return _membership(set(expected), set(seen), "keys")
        inside = ((expected[key], seen[key]) for key in sorted(expected))
        return "in an object, " + _first_inside(inside)
    if isinstance(expected, list) and isinstance(seen, list):
        if len(expected) != len(seen):
            return "list longer" if len(seen) > len(expected) else "list shorter"
        return "in a list, " + _first_inside(zip(expected, seen, strict=True))
    if isinstance(expected, str) and isinstance(seen, str):
        return f"text {edit(expected, seen)}"
    return f"another {kind(seen)}"


def _first_inside(pairs: object) -> str:
    found: list[tuple[Json, Json]] = list(pairs)  # type: ignore[call-overload]
    return next(
        (_json_shape(one, other) for one, other in found if canonical(one) != canonical(other)), ""
    )


def _membership(expected: set[str], seen: set[str], what: str) -> str:
    words = {(True, True): "other", (True, False): "fewer", (False, True): "more"}
    return f"{words[bool(expected - seen), bool(seen - expected)]} {what}"


def message(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two messages of a client, field by field; the first that differs names the shape.

    Beside tool calls an empty content and none are the same: the protocol allows either.
    """
    if not isinstance(expected, dict) or not isinstance(seen, dict):
        return any_json(expected, seen)
    shapes = [*_call_shapes(_calls(expected), _calls(seen))]
    for field in sorted((expected.keys() | seen.keys()) - {"tool_calls"}):
        one, other = _field(expected, field), _field(seen, field)
        if not same(one, other):
            shapes.append(f"message.{field}: {_scalar_shape(one, other)}")
    if not shapes:
        return None
    return Difference(text=_told(expected, seen), shape="; ".join(sorted(shapes)))


def tool_calls(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare only the tool calls of two messages (or two lists of calls)."""
    ours, theirs = _calls(expected), _calls(seen)
    shapes = _call_shapes(ours, theirs)
    if not shapes:
        return None
    return Difference(text=unified(_pretty(ours), _pretty(theirs)), shape="; ".join(shapes))


def _calls(value: Json) -> list[Json]:
    held = value.get("tool_calls") if isinstance(value, dict) else value
    return held if isinstance(held, list) else []


def _call_shapes(ours: list[Json], theirs: list[Json]) -> list[str]:
    if len(ours) != len(theirs):
        how = "fewer" if len(theirs) < len(ours) else "more"
        none = "none" if not theirs else how
        return [f"message.tool_calls: count, {none}"]
    shapes: list[str] = []
    for one, other in zip(ours, theirs, strict=True):
        if not isinstance(one, dict) or not isinstance(other, dict):
            shapes += [] if one == other else ["message.tool_calls: form"]
            continue
        if one.get("name") != other.get("name"):
            shapes.append("message.tool_calls: name")
        if canonical(one.get("arguments")) != canonical(other.get("arguments")):
            inside = _json_shape(one.get("arguments"), other.get("arguments"))
            shapes.append(f"message.tool_calls: arguments, {inside}")
    return list(dict.fromkeys(shapes))


def _field(said: dict[str, Json], field: str) -> Json:
    value = said.get(field)
    return None if field == "content" and not value and _calls(said) else value


def _scalar_shape(one: Json, other: Json) -> str:
    if kind(one) != kind(other):
        return f"{kind(one)} became {kind(other)}"
    if isinstance(one, str) and isinstance(other, str):
        return edit(one, other)
    return f"another {kind(other)}"


def _told(expected: dict[str, Json], seen: dict[str, Json]) -> str:
    return unified(_listed(expected), _listed(seen))


def _listed(said: dict[str, Json]) -> str:
    """Write a message a field a line, texts as they are, so that the diff can be read."""
    lines = []
    for field in sorted(said):
        value = _pretty(said[field]) if field == "tool_calls" else readable(said[field])
        lines += [f"{field}: {line}" for line in value.splitlines() or [""]]
    return "\n".join(lines) + "\n"


def usage(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare the counts that everybody is billed by, field by field."""
    if not isinstance(expected, dict) or not isinstance(seen, dict):
        return any_json(expected, seen)
    apart = [name for name in COUNTS if expected.get(name) != seen.get(name)]
    if not apart:
        return None
    told = [f"{name}: expected {expected.get(name)}, seen {seen.get(name)}" for name in apart]
    shapes = [f"usage.{name}: {_count_shape(expected.get(name), seen.get(name))}" for name in apart]
    return Difference(text="\n".join(told), shape="; ".join(shapes))


def _count_shape(one: Json, other: Json) -> str:
    if not isinstance(one, int) or not isinstance(other, int):
        return f"{kind(one)} became {kind(other)}"
    if other == 0:
        return "zero"
    apart = other - one
    size = "by one" if abs(apart) == 1 else "by several"
    return f"{'more' if apart > 0 else 'fewer'} {size}"
