"""What a chat request must keep, rule by rule; a rule that the first one breaks is none."""

from __future__ import annotations

import pytest

from bot.core.chat import is_chat, kept
from bot.core.model import Json

TOOL: Json = {"type": "function", "function": {"name": "x"}}


def calls(function: Json) -> Json:
    call: Json = {"id": "call", "function": function}
    answer: Json = {"role": "tool", "content": "x", "tool_call_id": "call"}
    return {"messages": [{"role": "assistant", "tool_calls": [call]}, answer]}


def answers(schema: Json) -> Json:
    named: Json = {"name": "x", "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


@pytest.mark.parametrize(
    ("request_", "valid"),
    [
        ("text", True),
        ({}, True),
        ({"prompt": "x"}, True),
        ({"messages": []}, False),
        ({"messages": "hello"}, False),
        ({"messages": ["hello"]}, False),
        ({"messages": [{"content": "x"}]}, False),
        ({"messages": [{"role": "user"}]}, False),
        ({"messages": [{"role": "user", "content": ""}]}, True),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, False),
        ({"tools": []}, False),
        ({"tools": ["x"]}, False),
        ({"tools": [{"function": {}}]}, False),
        ({"tools": [{"function": "x"}]}, False),
        ({"tools": [{"name": "x"}]}, True),
        ({"tools": [{"function": {"name": "x"}}]}, False),
        (calls({"name": "x", "arguments": "{}"}), True),
        (calls({"name": "x", "arguments": "{"}), False),
        (calls({"name": "x"}), False),
        (calls("x"), False),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "call"}]}, False),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, False),
        ({"messages": [{"role": "user", "content": []}]}, False),
        ({"tool_choice": "auto"}, False),
        ({"tool_choice": "auto", "tools": [TOOL]}, True),
        ({"response_format": {}}, False),
        ({"response_format": "x"}, False),
        ({"response_format": {"type": "json_object"}}, True),
        ({"response_format": {"type": "json_schema"}}, False),
        (answers({"properties": {"a": {"enum": []}}}), False),
        (answers({"properties": {"a": True}, "required": ["a"]}), True),
        (answers({"properties": {"a": 3}}), False),
        (answers({"properties": []}), False),
        (answers({"required": "a"}), False),
        (answers({"properties": {}, "required": ["a"]}), False),
        (answers({"items": {"anyOf": []}}), False),
        (answers({"anyOf": [{"type": "string"}, {"type": ""}]}), False),
        (answers({"anyOf": {"x": 1}, "$defs": {"a": {}}}), True),
        ({"tools": [TOOL]}, True),
    ],
)
def test_is_chat(request_: Json, *, valid: bool) -> None:
    assert is_chat(request_) is valid


def test_what_was_broken_may_stay_broken() -> None:
    keep = kept({"messages": [{"role": "user", "content": "x"}], "tools": [{"function": {}}]})
    assert keep({"messages": [{"role": "user", "content": ""}], "tools": [{}]})
    assert not keep({"messages": []})
    assert not keep({"tools": [{}]})
    assert not keep("text")


def test_what_is_no_request_has_no_rules() -> None:
    assert kept("text")("tex")
    assert kept([1])([])
