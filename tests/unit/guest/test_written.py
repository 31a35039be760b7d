"""Answers as they are written: order, kinds and ends are told, what differs by nature is not."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest

from tests.unit.guest.conftest import Guest

Fields = dict[str, Any]


@pytest.fixture
def written(guest: Guest) -> ModuleType:
    return guest("written")


def sse(*events: object, end: str = "data: [DONE]\n\n") -> str:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + end


def delta(**said: object) -> Fields:
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": said, "finish_reason": None}]}


def test_each_field_has_its_place_and_each_object_its_order(written: ModuleType) -> None:
    told = dict(written.flat({"b": [1, {"d": "x", "c": None}], "a": ""}))
    assert told == {
        "body keys": ["b", "a"],
        "b length": 2,
        "b[0]": 1,
        "b[1] keys": ["d", "c"],
        "b[1].d": "x",
        "b[1].c": None,
        "a": "",
    }
    assert list(dict(written.flat({"a": "", "b": 1}))["body keys"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("id", "chatcmpl-9f8", "<chatcmpl-...>"),
        ("id", "a1b2c3", "<text>"),
        ("id", "", "<empty text>"),
        ("id", None, None),
        ("created", 17, "<number>"),
        ("timings", {"x": 1.5}, "<object>"),
        ("content", "chatcmpl-9f8", "chatcmpl-9f8"),
        ("finish_reason", "stop", "stop"),
    ],
)
def test_of_what_differs_by_nature_only_the_kind_is_told(
    written: ModuleType, name: str, value: object, told: object
) -> None:
    assert written.steady("choices[0]", name, value) == told


def test_counts_that_are_billed_are_told_and_those_of_a_cache_are_not(written: ModuleType) -> None:
    usage = {"prompt_tokens": 18, "prompt_tokens_details": {"cached_tokens": 17}}
    told = dict(written.flat({"usage": usage}))
    assert told["usage.prompt_tokens"] == 18
    assert told["usage.prompt_tokens_details.cached_tokens"] == "<number>"


def test_where_a_stream_is_cut_says_nothing(written: ModuleType) -> None:
    one = written.stream(sse(delta(content="Hi "), delta(content="you")))
    other = written.stream(sse(delta(content="H"), delta(content="i y"), delta(content="ou")))
    assert one == other
    assert one["adds up to choices[0].delta.content"] == "Hi you"


@pytest.mark.parametrize(
    "other",
    [
        sse(delta(role="assistant"), delta(content="Hi"), end=""),
        sse(delta(role="assistant"), delta(content="Hi"), delta(content="Hi")),
        sse(delta(role="assistant"), delta(content=None), delta(content="Hi")),
        sse(delta(content="Hi")),
        sse(delta(content="Hi"), delta(role="assistant")),
        sse({"choices": [], "id": "chatcmpl-1"}, delta(role="assistant"), delta(content="Hi")),
        sse(delta(role="assistant"), delta(content="Hi")).replace("chatcmpl-", ""),
        ": a comment\n\n" + sse(delta(role="assistant"), delta(content="Hi")),
        "data: {oops\n\n" + sse(delta(role="assistant"), delta(content="Hi")),
    ],
)
def test_everything_else_of_a_stream_is_told(written: ModuleType, other: str) -> None:
    whole = sse(delta(role="assistant"), delta(content="Hi"))
    assert written.stream(whole) != written.stream(other)
    assert written.stream(whole) == written.stream(whole.replace("\n", "\r\n"))


def test_calls_are_known_by_the_index_that_they_name(written: ModuleType) -> None:
    def call(index: int, arguments: str) -> Fields:
        return delta(tool_calls=[{"index": index, "function": {"arguments": arguments}}])

    told = written.stream(sse(call(0, "{"), call(1, "["), call(0, "}"), call(1, "]")))
    path = "adds up to choices[0].delta.tool_calls[{}].function.arguments"
    assert (told[path.format(0)], told[path.format(1)]) == ("{}", "[]")


def test_bytes_that_are_no_text_are_shown_as_such(written: ModuleType) -> None:
    told = written.Told(200, "text/plain", b"caf\xe9")
    assert (told.text, told.body) == ("caf\\xe9", None)
