"""Chat requests of one to three hundred lines, each with a few needles that together show a fault.

Everything is drawn by seed. A fault is a pure function: what a stack would trip over. A request
that no server would take trips over something else, so it does not count as showing the fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from jsonschema import Draft202012Validator

from bot.core.model import Json

Fault = Callable[[dict[str, Any]], bool]

TOPICS: Final = [
    "rain",
    "tides",
    "bridges",
    "maps",
    "clocks",
    "bread",
    "copper",
    "gardens",
    "trains",
    "violins",
]
PLAIN: Final = [
    "the",
    "and",
    "of",
    "to",
    "in",
    "it",
    "is",
    "that",
    "was",
    "for",
    "on",
    "are",
    "as",
    "with",
    "they",
    "at",
    "be",
    "this",
    "from",
]
_TEXT: Final[Json] = {"type": "string"}
_FUNCTION: Final[Json] = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "parameters": {"type": "object"}},
    "required": ["name"],
}
_CALL: Final[Json] = {
    "type": "object",
    "properties": {"id": _TEXT, "type": _TEXT, "function": {"required": ["name", "arguments"]}},
    "required": ["id", "function"],
}
_ANSWER: Final[Json] = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}},
    "required": ["name", "schema"],
}
_PART: Final[Json] = {"type": "object", "required": ["type", "text"]}
REQUEST: Final = Draft202012Validator(
    {
        "type": "object",
        "required": ["messages"],
        "properties": {
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role"],
                    "properties": {
                        "role": {"enum": ["system", "developer", "user", "assistant", "tool"]},
                        "content": {
                            "anyOf": [
                                {"type": ["string", "null"]},
                                {"type": "array", "minItems": 1, "items": _PART},
                            ]
                        },
                        "tool_calls": {"type": "array", "minItems": 1, "items": _CALL},
                    },
                    "anyOf": [{"required": ["content"]}, {"required": ["tool_calls"]}],
                },
            },
            "tools": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["type", "function"],
                    "properties": {"type": {"const": "function"}, "function": _FUNCTION},
                },
            },
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "max_tokens": {"type": "integer", "minimum": 0},
            "stop": {"type": ["string", "array"]},
            "response_format": {
                "type": "object",
                "required": ["type"],
                "properties": {"json_schema": _ANSWER},
            },
        },
        "dependentRequired": {"tool_choice": ["tools"]},
    }
)
"""What servers have agreed on, as far as these requests go; written apart from `bot.core.chat`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needled:
    """A request, and what it shows."""

    name: str
    request: dict[str, Any]
    fault: Fault

    def shows(self, candidate: Json) -> bool:
        """Whether a candidate is a request and shows the same fault."""
        return is_valid(candidate) and isinstance(candidate, dict) and self.fault(candidate)


def is_valid(candidate: Json) -> bool:
    """Whether a server would take it: by the schema above, and every schema in it is one."""
    if not REQUEST.is_valid(candidate) or not isinstance(candidate, dict):
        return False
    try:
        for schema in schemas(candidate):
            Draft202012Validator.check_schema(schema)
    except Exception:  # noqa: BLE001 - whatever is wrong with a schema
        return False
    return True


def schemas(request: dict[str, Any]) -> list[Any]:
    """Return the schemas of the tools and of the answer."""
    asked = request.get("response_format", {}).get("json_schema", {})
    inner = asked.get("schema", {}) if isinstance(asked, dict) else False
    return [inner, *(t["function"].get("parameters", {}) for t in request.get("tools", ()))]


def _sentence(draw: Random, count: int) -> str:
    return " ".join(draw.choice(TOPICS + PLAIN) for _ in range(count))


def _tool(draw: Random, at: int) -> dict[str, Any]:
    kinds = ["string", "integer", "number", "boolean"]
    fields = {
        f"{draw.choice(TOPICS)}_{place}": {
            "type": draw.choice(kinds),
            "description": _sentence(draw, 8),
        }
        for place in range(draw.randint(2, 5))
    }
    schema = {"type": "object", "properties": fields, "required": list(fields)[:2]}
    name = f"{draw.choice(TOPICS)}_{at}"
    function = {"name": name, "description": _sentence(draw, 12), "parameters": schema}
    return {"type": "function", "function": function}


def _request(draw: Random, messages: int, tools: int) -> dict[str, Any]:
    """Return a request without needles: turns of a talk, tools, options."""
    said = [{"role": "system", "content": _sentence(draw, 30)}]
    said += [
        {"role": ("user", "assistant")[at % 2], "content": _sentence(draw, draw.randint(5, 40))}
        for at in range(messages)
    ]
    return {
        "model": "tiny-chat",
        "messages": said,
        "tools": [_tool(draw, at) for at in range(tools)],
        "temperature": 0.7,
        "top_p": 0.95,
        "max_tokens": draw.randint(64, 4096),
        "seed": draw.randint(1, 10**6),
        "stop": ["END", "STOP"],
        "stream": True,
        "user": _sentence(draw, 1),
        "metadata": {topic: _sentence(draw, 3) for topic in draw.sample(TOPICS, 4)},
    }


def _fields(request: dict[str, Any]) -> list[Any]:
    """Return every property of every tool."""
    tools = [tool["function"].get("parameters", {}) for tool in request.get("tools", ())]
    return [one for schema in tools for one in schema.get("properties", {}).values()]


def _said(request: dict[str, Any]) -> list[Any]:
    return [message.get("content") for message in request["messages"]]


def separator(draw: Random) -> Needled:
    """A line separator in a message, a least value in a schema, and a stream."""
    request = _request(draw, 30, 4)
    request["messages"][draw.randint(4, 28)]["content"] = f"before {chr(0x2028)} after"
    draw.choice(_fields(request)).update(type="number", minimum=3)
    return Needled(
        name="separator",
        request=request,
        fault=lambda one: (
            chr(0x2028) in str(_said(one)[-1:] + _said(one)).replace("\\u2028", chr(0x2028))
            and any("minimum" in field for field in _fields(one) if isinstance(field, dict))
            and one.get("stream") is True
        ),
    )


def union(draw: Random) -> Needled:
    """A union with nothing in it, as a tool's field, while a tool is wanted."""
    request = _request(draw, 18, 6)
    request["tool_choice"] = "required"
    draw.choice(_fields(request)).update(anyOf=[{"type": "string"}, {"type": "null"}])

    def fault(one: dict[str, Any]) -> bool:
        unions = [field.get("anyOf", ()) for field in _fields(one) if isinstance(field, dict)]
        return one.get("tool_choice") == "required" and any(
            isinstance(kind, dict) and kind.get("type") == "null"
            for some in unions
            for kind in some
        )

    return Needled(name="union", request=request, fault=fault)


def answered(draw: Random) -> Needled:
    """A tool's empty answer to a call."""
    request = _request(draw, 18, 4)
    place = draw.randint(3, 15)
    for at in range(4):
        call: dict[str, Any] = {"id": f"call_{at}", "type": "function"}
        asked = {"name": _tool(draw, at)["function"]["name"], "arguments": '{"where": "here"}'}
        said = "" if at == 2 else _sentence(draw, 6)
        request["messages"][place:place] = [
            {"role": "assistant", "content": None, "tool_calls": [{**call, "function": asked}]},
            {"role": "tool", "tool_call_id": f"call_{at}", "content": said},
        ]

    def fault(one: dict[str, Any]) -> bool:
        made: set[str] = set()
        for message in one["messages"]:
            made |= {call["id"] for call in message.get("tool_calls", ())}
            empty = message["role"] == "tool" and message.get("content") == ""
            if empty and message.get("tool_call_id") in made:
                return True
        return False

    return Needled(name="answered", request=request, fault=fault)


def reference(draw: Random) -> Needled:
    """An answer by a schema that refers to a definition of its own."""
    request = _request(draw, 24, 3)
    definitions = {topic: {"type": "string", "maxLength": 9} for topic in draw.sample(TOPICS, 6)}
    wanted = draw.choice(list(definitions))
    fields: dict[str, Any] = {f"plain_{at}": {"type": "integer"} for at in range(8)}
    fields["referred"] = {"$ref": f"#/$defs/{wanted}"}
    schema: dict[str, Any] = {"type": "object", "properties": fields, "required": [*fields]}
    schema |= {"additionalProperties": False, "$defs": definitions}
    told = {"name": "answer", "strict": True, "schema": schema}
    request["response_format"] = {"type": "json_schema", "json_schema": told}

    def fault(one: dict[str, Any]) -> bool:
        asked = one.get("response_format", {}).get("json_schema", {}).get("schema", {})
        fields = asked.get("properties", {}) if isinstance(asked, dict) else {}
        names = [str(field.get("$ref")) for field in fields.values() if isinstance(field, dict)]
        return any(name.rpartition("/")[2] in asked.get("$defs", {}) for name in names)

    return Needled(name="reference", request=request, fault=fault)


def stopped(draw: Random) -> Needled:
    """A word to stop at, which somebody says."""
    request = _request(draw, 40, 2)
    request["stop"] += [f"<{topic}>" for topic in draw.sample(TOPICS, 6)]
    word = draw.choice(request["stop"][2:])
    said = request["messages"][draw.randint(5, 35)]
    said["content"] += f" {word} {_sentence(draw, 12)}"

    def fault(one: dict[str, Any]) -> bool:
        stops = one.get("stop", [])
        stops = [stops] if isinstance(stops, str) else stops
        return any(
            stop and stop == word and stop in str(said) for stop in stops for said in _said(one)
        )

    return Needled(name="stopped", request=request, fault=fault)


def parts(draw: Random) -> Needled:
    """A content in several parts after a system's words, with the probabilities asked for."""
    request = _request(draw, 28, 3)
    request |= {"logprobs": True, "top_logprobs": 5}
    texts = [_sentence(draw, 9) for _ in range(6)]
    place = draw.randint(6, 24)
    listed = [{"type": "text", "text": text} for text in texts]
    request["messages"][place] = {"role": "user", "content": listed}

    def fault(one: dict[str, Any]) -> bool:
        several = [said for said in _said(one) if isinstance(said, list) and len(said) > 1]
        system = any(message["role"] == "system" for message in one["messages"])
        return bool(several) and system and one.get("logprobs") is True

    return Needled(name="parts", request=request, fault=fault)


KINDS: Final = (separator, union, answered, reference, stopped, parts)


def pretty(request: Json) -> str:
    """Return a request as a person would keep it, a node a line."""
    return json.dumps(request, indent=2, ensure_ascii=False)
