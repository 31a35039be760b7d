"""The common form of a chat: whole or in pieces it reads the same."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

chat: Any = import_module("bot.guest.chat")


Fields = dict[str, Any]


def completion(said: Fields, finish: str = "stop") -> Fields:
    return {"choices": [{"message": said, "finish_reason": finish}], "usage": None}


def event(finish: str | None = None, index: int | None = 0, **delta: object) -> Fields:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def call(name: object, arguments: object) -> Fields:
    return {"id": "x", "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_message_without_what_is_absent() -> None:
    told = chat.message(completion({"role": "assistant", "content": "hi"}))
    assert told == {"role": "assistant", "content": "hi", "finish_reason": "stop"}
    assert list(told)[-1] == "finish_reason"


def test_arguments_are_read_where_they_are_json_and_kept_where_not() -> None:
    calls = [call("f", '{"a": 1}'), call("g", "{oops"), call("h", None), call("i", {"b": 2}), {}]
    told = chat.message(completion({"tool_calls": calls}, "tool_calls"))
    assert told["tool_calls"] == [
        {"name": "f", "arguments": {"a": 1}},
        {"name": "g", "arguments": "{oops"},
        {"name": "h", "arguments": None},
        {"name": "i", "arguments": {"b": 2}},
        {"name": None, "arguments": None},
    ]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_has_one_name(name: str) -> None:
    told = chat.message(completion({"content": "yes", name: "so"}))
    assert told["reasoning"] == "so"


@pytest.mark.parametrize("odd", [{}, {"choices": None}, {"choices": []}])
def test_no_choice_is_no_message(odd: Fields) -> None:
    assert chat.message(odd) == {}


def test_both_counts_are_always_told() -> None:
    assert chat.usage({}) == {"prompt_tokens": None, "completion_tokens": None}
    counts = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assert chat.usage({"usage": counts}) == {"prompt_tokens": 1, "completion_tokens": 2}


def test_a_stream_put_together_is_the_answer() -> None:
    counts = {"prompt_tokens": 1, "completion_tokens": 2}
    events = [
        event(role="assistant", content=None),
        event(reasoning_content="so"),
        event(content="yes "),
        event(content="and no"),
        event("stop"),
        event(content=""),
        {"choices": [], "usage": counts},
    ]
    whole = chat.gathered(events)
    said = {"role": "assistant", "content": "yes and no", "reasoning_content": "so"}
    assert chat.message(whole) == chat.message(completion(said))
    assert chat.usage(whole) == counts


def test_pieces_of_calls_find_their_call_by_index() -> None:
    pieces = [
        {"index": 1, "function": {"name": "g", "arguments": ""}},
        {"index": 0, "function": {"name": "f", "arguments": '{"a"'}},
        {"index": 0, "function": {"name": None, "arguments": ": 1}"}},
        {"index": 1, "function": {"arguments": "{}"}},
        {"index": 1},
    ]
    whole = chat.gathered([event(tool_calls=[piece]) for piece in pieces] + [event("tool_calls")])
    assert chat.message(whole)["tool_calls"] == [
        {"name": "f", "arguments": {"a": 1}},
        {"name": "g", "arguments": {}},
    ]


def test_two_choices_of_a_stream_are_told_as_those_of_a_plain_answer() -> None:
    events = [
        event(index=1, role="assistant", content="no"),
        event(index=0, role="assistant", content="ye"),
        event(index=1, finish="length"),
        event(index=None, content="s"),
        event(index=0, finish="stop"),
    ]
    whole = chat.gathered(events)
    one, other = {"role": "assistant", "content": "yes"}, {"role": "assistant", "content": "no"}
    plain = completion(one)
    plain["choices"] += completion(other, "length")["choices"]
    assert whole == plain
    assert chat.message(whole) == {
        **one, "finish_reason": "stop", "more": [{**other, "finish_reason": "length"}],
    }  # fmt: skip


def test_a_stream_of_another_choice_alone_is_its_only_one() -> None:
    (choice,) = chat.gathered([event(index=1, content="yes")])["choices"]
    assert choice["message"] == {"content": "yes"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {"from": "client"}),
        ({"request": {"a": 1, "model": "m"}}, {"cache_prompt": False, "a": 1, "model": "m"}),
        ({"request": {"model": "<model>"}}, {"cache_prompt": False, "model": "mine"}),
    ],
)
def test_a_given_request_is_sent_in_the_place_of_the_clients(given: Fields, sent: Fields) -> None:
    chain = SimpleNamespace(
        given=given,
        model="mine",
        beside={"cache_prompt": False},
        client=lambda _probe, _chain: {"from": "client"},
        value=lambda link, _probe: given[link],
    )
    assert chat.wire({}, chain) == sent


def test_a_stream_of_nothing_says_nothing() -> None:
    assert chat.message(chat.gathered([])) == {
        "role": None, "content": None, "finish_reason": None,
    }  # fmt: skip


def test_a_steady_event_has_nothing_that_a_clock_or_a_dice_made() -> None:
    told = chat.steady([{"id": "x", "created": 1, "choices": [{"id": "y", "delta": {"a": 1}}]}])
    assert told == [{"choices": [{"delta": {"a": 1}}]}]


def test_a_body_has_a_model_and_a_stream_its_counts() -> None:
    chain = SimpleNamespace(model="")
    request: Fields = {"messages": []}
    assert chat.body({"request": request}, chain) == {"messages": [], "model": "tiny-chat"}
    assert request == {"messages": []}
    chain.model = "other"
    told = chat.body({"request": {"stream": True}}, chain)
    assert told == {"stream": True, "model": "other", "stream_options": {"include_usage": True}}
    given = {"stream": True, "stream_options": {}, "model": "mine"}
    assert chat.body({"request": given}, chain) == given
