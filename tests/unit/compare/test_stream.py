"""Streams: cut anywhere they are the same, with a part lost or out of order they are not."""

from __future__ import annotations

import pytest

from bot.compare.stream import shape, stream
from bot.core.model import Json


def chunk(finish: Json = None, usage: Json = None, **delta: Json) -> Json:
    choice: Json = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"choices": [choice], "usage": usage}


def part(index: int, **function: Json) -> Json:
    return [{"index": index, "function": function}]


ROLE, END = chunk(role="assistant"), chunk(finish="stop")
COUNTS: Json = {"choices": [], "usage": {"completion_tokens": 2}}
WHOLE: list[Json] = [ROLE, chunk(content="Pa"), chunk(content="ris"), END, COUNTS]
CALLS: list[Json] = [
    ROLE,
    chunk(tool_calls=part(0, name="weather", arguments="")),
    chunk(tool_calls=part(0, arguments='{"city":')),
    chunk(tool_calls=part(0, arguments=' "Paris"}')),
    chunk(finish="tool_calls"),
]
THOUGHT: list[Json] = [ROLE, chunk(reasoning_content="so"), chunk(content="yes"), END]


@pytest.mark.parametrize("whole", [WHOLE, CALLS, THOUGHT, [], None, "odd"])
def test_a_stream_equals_itself(whole: Json) -> None:
    assert stream(whole, whole) is None


def test_where_a_stream_is_cut_means_nothing() -> None:
    pieces: list[Json] = [ROLE, *(chunk(content=letter) for letter in "Paris"), END, COUNTS]
    assert stream(WHOLE, pieces) is None
    named: list[Json] = [chunk(role="assistant", content=letter) for letter in "Paris"]
    assert stream([named[0], chunk(role="assistant", content="aris")], named) is None
    again = [*CALLS[:2], chunk(tool_calls=part(0, arguments='{"city": "Paris"}')), CALLS[-1]]
    assert stream(CALLS, again) is None


@pytest.mark.parametrize(
    ("expected", "seen", "told"),
    [
        (WHOLE, WHOLE[:-1], "json: -counted, kinds[] count"),
        (WHOLE, [*WHOLE, COUNTS], "json: counted"),
        (WHOLE, [*WHOLE, "[DONE]"], "json: kinds[] count"),
        (WHOLE, [*WHOLE[:3], END, END, COUNTS], "json: finishes[] count"),
        (WHOLE, [chunk(role="assistant", content=""), *WHOLE[1:]], "json: +first.content"),
        (CALLS, [CALLS[0], *CALLS[2:3], CALLS[1], *CALLS[3:]], "calls[][] count"),
        (WHOLE, [*WHOLE[:3], COUNTS], "kinds[]"),
        (WHOLE, [ROLE, chunk(content="Pa"), END, COUNTS], "json: adds_up_to.content"),
        (WHOLE, [chunk(role="user"), *WHOLE[1:]], "json: adds_up_to.role"),
        (WHOLE, [WHOLE[1], ROLE, *WHOLE[2:]], "kinds[]"),
        (THOUGHT, [ROLE, chunk(content="so"), chunk(content="yes"), END], "adds_up_to"),
        (CALLS, CALLS[:3] + CALLS[4:], "json: adds_up_to.tool_calls[].arguments"),
        (CALLS, CALLS[:1] + CALLS[2:], "-adds_up_to.tool_calls[].name"),
        (WHOLE, None, "json: value"),
        (WHOLE, [*WHOLE, "odd"], "kinds[] count"),
    ],
)
def test_a_planted_fault_is_seen(expected: Json, seen: Json, told: str) -> None:
    found = stream(expected, seen)
    assert found is not None
    assert told in found.shape


def test_two_calls_are_kept_apart_by_their_index() -> None:
    one = [chunk(tool_calls=part(0, name="f", arguments="{}")), *CALLS[-1:]]
    two = [
        chunk(tool_calls=part(0, name="f", arguments="{}")),
        chunk(tool_calls=part(1, name="f", arguments="{}")),
        *CALLS[-1:],
    ]
    found = stream(one, two)
    assert found is not None
    assert found.shape == "json: adds_up_to.tool_calls[] count, calls[] count"
    again = [two[0], chunk(tool_calls=part(0, name="f", arguments="{}")), *CALLS[-1:]]
    joined = stream(two, again)
    assert joined is not None
    assert "adds_up_to.tool_calls[] count" in joined.shape
    gap = [two[0], chunk(tool_calls=part(2, name="f", arguments="{}")), *CALLS[-1:]]
    skipped = stream(two, gap)
    assert skipped is not None
    assert skipped.shape == "json: +call_indices"


def test_a_shape_of_a_difference_quotes_nothing() -> None:
    found = stream(WHOLE, [ROLE, chunk(content="Berlin"), END, COUNTS])
    assert found is not None
    assert "Berlin" not in found.shape
    assert "Paris" not in found.shape


def test_odd_events_have_a_kind_of_their_own() -> None:
    odd: list[Json] = [1, {}, {"choices": 5}, {"choices": [3, {"delta": 4}]}]
    told = shape(odd)
    assert isinstance(told, dict)
    assert told["kinds"] == ["odd", "empty"]
    parts: list[Json] = [chunk(tool_calls=[3, {"function": 1}, {"function": {"name": 1}}])]
    assert shape(parts) == {
        "kinds": ["tool_calls"],
        "adds_up_to": {"tool_calls": [{}]},
        "first": {"tool_calls": "more"},
        "calls": [["function"]],
        "call_indices": ["None"],
    }


def test_a_second_choice_is_told() -> None:
    second: Json = {"choices": [{"index": 1, "delta": {"content": "Rome"}}]}
    told = shape([*WHOLE[:3], second])
    assert isinstance(told, dict)
    assert told["indices"] == ["1"]
