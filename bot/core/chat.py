"""What a smaller chat request must keep: what held of the whole must hold of every part.

The rules are those of the chat completions that servers have agreed on, and of JSON Schema where
a tool or an answer has one. A rule that the first request breaks already is no rule for it: a
broken request may be what shows the fault.

>>> keep = kept({"messages": [{"role": "user", "content": "hi"}], "tools": []})
>>> keep({"messages": [{"role": "user", "content": ""}]}), keep({"messages": [{"role": "user"}]})
(True, False)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from bot.core.model import Json

Rule: TypeAlias = Callable[[Mapping[str, Json]], bool]

_HOLD = ("properties", "$defs", "definitions", "patternProperties")  # a schema for each key
_LIST = ("anyOf", "oneOf", "allOf", "prefixItems")  # a list of schemas


def is_chat(request: Json) -> bool:
    """Whether this could be sent as a chat request, as far as it claims to be one.

    What has no messages is not a chat; that is fine.
    """
    return not isinstance(request, dict) or all(rule(request) for rule in RULES)


def kept(first: Json) -> Callable[[Json], bool]:
    """Return what says whether a smaller request is as valid as `first` is."""
    if not isinstance(first, dict):
        return is_chat
    rules = [rule for rule in RULES if rule(first)]
    needs = {"messages"} & set(first)

    def keep(smaller: Json) -> bool:
        if not isinstance(smaller, dict):
            return False
        return needs <= set(smaller) and all(rule(smaller) for rule in rules)

    return keep


def _items(holder: object, key: str) -> list[dict[str, Json]]:
    """Return the objects in a list of `holder`, none where there is no such list."""
    found = holder.get(key) if isinstance(holder, Mapping) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _full(key: str) -> Rule:
    """A list, where there is one, holds something, and objects only."""

    def rule(request: Mapping[str, Json]) -> bool:
        listed = request.get(key)
        objects = isinstance(listed, list) and all(isinstance(one, dict) for one in listed)
        return key not in request or (bool(listed) and objects)

    return rule


def _roles(request: Mapping[str, Json]) -> bool:
    return all(isinstance(one.get("role"), str) for one in _items(request, "messages"))


def _contents(request: Mapping[str, Json]) -> bool:
    """A message says something, or calls."""
    messages = _items(request, "messages")
    return all("content" in one or bool(one.get("tool_calls")) for one in messages)


def _parts(request: Mapping[str, Json]) -> bool:
    """A content in parts has some, each of a type that it holds the value of."""
    contents = [one.get("content") for one in _items(request, "messages")]
    return all(
        bool(content)
        and all(isinstance(part, dict) and part.get("type") in part for part in content)
        for content in contents
        if isinstance(content, list)
    )


def _answers(request: Mapping[str, Json]) -> bool:
    """What a tool says names a call that was made."""
    made: set[Json] = set()
    for message in _items(request, "messages"):
        made |= {str(call.get("id")) for call in _items(message, "tool_calls")}
        if message.get("role") == "tool" and str(message.get("tool_call_id")) not in made:
            return False
    return True


def _calls(request: Mapping[str, Json]) -> bool:
    """A call names a function; its arguments are JSON."""
    calls = [call for one in _items(request, "messages") for call in _items(one, "tool_calls")]
    return all(_named(call.get("function")) and _reads(call.get("function")) for call in calls)


def _named(function: Json) -> bool:
    return isinstance(function, dict) and bool(function.get("name"))


def _reads(function: Json) -> bool:
    try:
        return isinstance(function, dict) and bool(json.loads(str(function["arguments"])) or True)
    except (KeyError, ValueError):
        return False


def _tools(request: Mapping[str, Json]) -> bool:
    return all(_named(tool.get("function", tool)) for tool in _items(request, "tools"))


def _typed(request: Mapping[str, Json]) -> bool:
    return all("type" in tool for tool in _items(request, "tools") if "function" in tool)


def _choice(request: Mapping[str, Json]) -> bool:
    """Nobody chooses among no tools."""
    return "tool_choice" not in request or "tools" in request


def _format(request: Mapping[str, Json]) -> bool:
    """An answer's format has a type; one by schema has that, with a name."""
    asked = request.get("response_format", {"type": "text"})
    if not isinstance(asked, dict) or "type" not in asked:
        return False
    inner = asked.get("json_schema")
    named = isinstance(inner, dict) and bool(inner.get("name")) and "schema" in inner
    return named or asked["type"] != "json_schema"


def _schemas(request: Mapping[str, Json]) -> bool:
    """Every schema is one."""
    asked = request.get("response_format")
    inner = asked.get("json_schema") if isinstance(asked, dict) else None
    found = [inner.get("schema", {})] if isinstance(inner, dict) else []
    for tool in _items(request, "tools"):
        function = tool.get("function", tool)
        found += [function.get("parameters", {})] if isinstance(function, dict) else []
    return all(_is_schema(each) for schema in found for each in _nodes(schema))


def _nodes(schema: Json) -> Iterator[Json]:
    """Yield a schema and all that are inside it."""
    yield schema
    for key, value in schema.items() if isinstance(schema, dict) else ():
        inner: list[Json] = [value] if key in {"items", "additionalProperties", "not"} else []
        if key in _HOLD and isinstance(value, dict):
            inner = list(value.values())
        if key in _LIST and isinstance(value, list):
            inner = value
        for one in inner:
            yield from _nodes(one)


def _is_schema(schema: Json) -> bool:
    """Whether the words that JSON Schema gives a shape have that shape."""
    if not isinstance(schema, dict):
        return isinstance(schema, bool)
    held = all(isinstance(schema.get(key, {}), dict) for key in _HOLD)
    listed = all(bool(schema.get(key, [1])) for key in (*_LIST, "enum", "type"))
    required, properties = schema.get("required", []), schema.get("properties")
    promised = isinstance(required, list) and (
        not isinstance(properties, dict) or set(map(str, required)) <= set(properties)
    )
    return held and listed and promised


RULES: tuple[Rule, ...] = (
    _full("messages"),
    _full("tools"),
    _roles,
    _contents,
    _parts,
    _answers,
    _calls,
    _tools,
    _typed,
    _choice,
    _format,
    _schemas,
)
