"""Messages, counts and any JSON: what a reader relies on must be equal, the rest may move."""

from __future__ import annotations

import pytest

from bot.compare import messages
from bot.core.model import Json


def call(name: str, arguments: Json, **extra: Json) -> Json:
    return {"name": name, "arguments": arguments, **extra}


def said(content: Json = None, *calls: Json, finish: Json = "stop", **extra: Json) -> Json:
    told: dict[str, Json] = {"role": "assistant", "content": content, "finish_reason": finish}
    return {**told, **extra, **({"tool_calls": list(calls)} if calls else {})}


PARIS, ROME = call("weather", {"city": "Paris"}), call("weather", {"city": "Rome"})
TWO = said(None, PARIS, ROME, finish="tool_calls")

SAME: list[tuple[Json, Json]] = [
    (said("hi"), {"finish_reason": "stop", "content": "hi", "role": "assistant"}),
    (TWO, said("", PARIS, ROME, finish="tool_calls")),
    (
        said(None, call("f", {"a": 1, "b": [2]})),
        said(None, call("f", {"b": [2], "a": 1}, id="call_9", index=3, type="function")),
    ),
    (said({"base64": "Yf8="}), said("a\N{REPLACEMENT CHARACTER}")),
]

APART: list[tuple[Json, Json, str]] = [
    (TWO, said(None, PARIS, finish="tool_calls"), "message: tool_calls fewer"),
    (said(None, PARIS), said(None, PARIS, ROME), "message: tool_calls more"),
    (TWO, said(None, ROME, PARIS, finish="tool_calls"), "message: tool_calls json: arguments.city"),
    (
        said(None, call("f", {"a": 1})),
        said(None, call("f", '{"a": 1}')),
        "message: tool_calls json: arguments",
    ),
    (
        said(None, call("f", {"a": 1})),
        said(None, call("f", {"a": "1"})),
        "message: tool_calls json: arguments.a",
    ),
    (
        said(None, call("f", {})),
        said(None, call("g", {"a": 1})),
        "message: tool_calls json: +arguments.a, name",
    ),
    (said("hi"), said("hi!"), "message: content more text"),
    (said("hi"), said(None), "message: content text became null"),
    (said("hi"), said("hi", finish="length"), "message: finish_reason stop became length"),
    (said("hi"), said("hi", finish=None), "message: finish_reason stop became null"),
    (said("hi"), said("hi", finish="I am no word"), "message: finish_reason stop became text"),
    (said("hi"), said("hi", reasoning="so"), "message: reasoning null became text"),
    (
        said("hi", reasoning="so"),
        said("<think>so</think>hi"),
        "message: content more text, reasoning text became null",
    ),
    (said("hi"), said("hi", tool_calls="odd"), "message: tool_calls null became text"),
    (said("hi"), None, "json: value"),
    (said(""), said("", PARIS), "message: tool_calls more"),
    (said(None, "odd"), said(None, "odder"), "message: tool_calls json: value"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_means_the_same_passes(one: Json, other: Json) -> None:
    assert messages.message(one, other) is None
    assert messages.message(other, one) is None


@pytest.mark.parametrize(("one", "other", "shape"), APART)
def test_a_planted_difference_has_its_shape(one: Json, other: Json, shape: str) -> None:
    found = messages.message(one, other)
    assert found is not None
    assert found.shape == shape
    assert found.text


def test_a_null_content_without_calls_is_not_an_empty_one() -> None:
    found = messages.message(said(""), said(None))
    assert found is not None
    assert found.shape == "message: content text became null"


def test_a_shape_quotes_no_content_and_no_argument() -> None:
    one = said("the launch code is 1234", call("open", {"door": "hunter2"}))
    other = said("no codes here", call("open", {"door": "swordfish"}))
    found = messages.message(one, other)
    assert found is not None
    assert not any(word in found.shape for word in ("1234", "launch", "hunter2", "swordfish"))
    assert "hunter2" in found.text


JSONS: list[tuple[Json, Json, str | None]] = [
    ({"a": 1, "b": {"c": [1, 2]}}, {"b": {"c": [1, 2]}, "a": 1}, None),
    ({"a": 1}, {"a": 2}, "json: a"),
    ({"a": 1}, {}, "json: -a"),
    ({}, {"a": {"b": 1}}, "json: +a"),
    ({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, "json: +a.c, a.b"),
    ([{"x": 1}, {"x": 1}], [{"x": 2}, {"x": 2}], "json: [].x"),
    ([1, 2], [2, 1], "json: []"),
    ([1], [1, 1], "json: [] count"),
    ({}, dict.fromkeys("abcd"), "json: +a, +b, +c, +d"),
    ({}, dict.fromkeys("abcdef"), "json: +a, +b, +c, +d and 2 more"),
    ({"t": 0}, {"t": 0.0}, "json: t"),
    ({"t": True}, {"t": 1}, "json: t"),
    ("a", "b", "json: value"),
    (None, False, "json: value"),
]


@pytest.mark.parametrize(("one", "other", "shape"), JSONS)
def test_json_is_compared_by_value_and_told_by_path(
    one: Json, other: Json, shape: str | None
) -> None:
    found = messages.json(one, other)
    assert (found.shape if found else None) == shape


def test_counts_are_told_by_name() -> None:
    golden: Json = {"prompt_tokens": 12, "completion_tokens": 5}
    assert messages.usage(golden, {"completion_tokens": 5, "prompt_tokens": 12, "extra": 1}) is None
    found = messages.usage(golden, {"prompt_tokens": 13, "completion_tokens": None})
    assert found is not None
    assert found.shape == "usage: prompt_tokens, completion_tokens"
    assert found.text == "prompt_tokens: 12 became 13\ncompletion_tokens: 5 became None"
    nothing = messages.usage(golden, None)
    assert nothing is not None
    assert nothing.shape == "json: value"
