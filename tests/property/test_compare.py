"""Every comparator, on anything at all: it equals itself, and nothing makes it raise."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import COMPARATORS
from bot.core.difference import Comparator
from bot.core.model import Json

WORDS = st.sampled_from(
    (
        "id",
        "logprob",
        "top",
        "base64",
        "error",
        "$",
        "choices",
        "delta",
        "content",
        "role",
        "reasoning",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "index",
        "finish_reason",
        "usage",
        "prompt_tokens",
        "completion_tokens",
    )
)
ODD = st.sampled_from(["inf", "-inf", "nan", "not exposed", "YQ==", "stop", "assistant"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | ODD
)


def _inside(each: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    fields = st.dictionaries(WORDS | st.text(max_size=3), each, max_size=4)
    return st.lists(each, max_size=4) | fields


ANY = st.recursive(cast("st.SearchStrategy[Json]", LEAVES), _inside, max_leaves=12)
NUMBER = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.none()
ODD_NUMBER = st.fixed_dictionaries({"$": ODD})
STEP = st.fixed_dictionaries(
    {
        "id": st.integers(0, 4),
        "logprob": NUMBER | ODD_NUMBER,
        "top": st.lists(st.tuples(st.integers(0, 4), NUMBER | ODD_NUMBER).map(list) | ANY),
    }
)
BYTES = st.binary(max_size=6).map(lambda raw: {"base64": base64.b64encode(raw).decode()})
VALUES = cast("st.SearchStrategy[Json]", ANY | st.lists(STEP, max_size=4) | BYTES)

everyone = pytest.mark.parametrize("compare", COMPARATORS.values(), ids=COMPARATORS.keys())
again: Callable[[Json], Json] = lambda value: json.loads(json.dumps(value))  # noqa: E731


@everyone
@given(value=VALUES)
def test_a_value_equals_itself(compare: Comparator, value: Json) -> None:
    assert compare(value, again(value), ()) is None
    assert compare(value, again(value), (value,)) is None


@everyone
@given(one=VALUES, other=VALUES, rerun=VALUES)
def test_nothing_makes_it_raise_and_a_difference_says_something(
    compare: Comparator, one: Json, other: Json, rerun: Json
) -> None:
    found = compare(one, other, (rerun,))
    assert found is None or (found.shape and found.text)


@everyone
@given(one=VALUES, other=VALUES)
def test_what_a_comparator_says_it_says_again(compare: Comparator, one: Json, other: Json) -> None:
    assert compare(one, other, ()) == compare(again(one), again(other), ())


@given(left=st.text(max_size=12), right=st.text(max_size=12))
def test_different_texts_are_always_told_apart(left: str, right: str) -> None:
    found = COMPARATORS["text"](left, right, ())
    assert (found is None) == (left == right)


@given(content=st.text(min_size=1, max_size=30), cuts=st.lists(st.integers(0, 30), max_size=6))
def test_a_stream_may_be_cut_anywhere(content: str, cuts: list[int]) -> None:
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(content)}), len(content)]
    pieces: list[Json] = [
        {"choices": [{"delta": {"content": content[start:end]}}]} for start, end in pairwise(edges)
    ]
    whole: list[Json] = [{"choices": [{"delta": {"content": content}}]}]
    assert COMPARATORS["stream"](whole, pieces, ()) is None
