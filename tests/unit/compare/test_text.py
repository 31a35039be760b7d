"""Texts: what is equal, how two that are not are named, and that no name quotes them."""

from __future__ import annotations

import base64

import pytest

from bot.compare.text import edit, first_difference, same, text
from bot.compare.values import kind, raw, readable, unified
from bot.core.model import Json


def octets(content: bytes) -> Json:
    return {"base64": base64.b64encode(content).decode()}


HALF = octets("né".encode()[:-1])

EQUAL: list[tuple[Json, Json]] = [
    ("same", "same"),
    ("", ""),
    (None, None),
    ({"error": "stopped"}, {"error": "stopped"}),
    (HALF, HALF),
    (HALF, "n\N{REPLACEMENT CHARACTER}"),
    ("n\N{REPLACEMENT CHARACTER}", HALF),
    ({"base64": "YQ=="}, {"base64": "YR=="}),  # the same byte, written in two ways
]

DIFFERENT: list[tuple[Json, Json, str]] = [
    ("Paris", "Paris.", "text: more text"),
    ("Paris.", "Paris", "text: text missing"),
    ("Paris", "", "text: became empty"),
    ("", "Paris", "text: was empty"),
    (" Paris", "Paris", "text: other white space"),
    ("a  b", "a\tb", "text: other white space"),
    ("one two", "one  two", "text: other white space"),
    ("I ate 3", "I ate 4", "text: other text"),
    ("naïve", "na�ve", "text: broken characters"),
    ("ab", "a\x00b", "text: other text"),
    ("e\u0301", "é", "text: other text"),
    ("abc", "xyz", "text: other text"),
    ("text", {"error": "no"}, "text: text became error"),
    ({"error": "one"}, {"error": "two"}, "text: another error"),
    ("text", None, "text: text became null"),
    (HALF, {"error": "no"}, "text: base64 became error"),
    (HALF, "na", "text: other text"),
    ("\\xff", octets(b"\xff"), "text: text became base64"),
    ([1], "[1]", "text: list became text"),
    (["a"], ["b"], "text: other text"),
    ({"base64": "not base64"}, "text", "text: other text"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_texts_are_equal(one: Json, other: Json) -> None:
    assert text(one, other) is None
    assert same(other, one)


@pytest.mark.parametrize(("one", "other", "shape"), DIFFERENT)
def test_a_planted_difference_has_its_shape(one: Json, other: Json, shape: str) -> None:
    found = text(one, other)
    assert found is not None
    assert found.shape.startswith(shape)
    assert found.text


def test_a_shape_quotes_nothing() -> None:
    found = text("the secret is hunter2", "the secret is swordfish!")
    assert found is not None
    assert not {"secret", "hunter", "swordfish"} & set(found.shape.split())
    assert "hunter2" in found.text


def test_two_ways_to_spoil_an_answer_have_two_shapes() -> None:
    spoiled = ("nave words", "na\ufffdve words")
    shapes = {edit("na\u00efve words", each) for each in spoiled}
    assert len(shapes) == 2


def test_the_first_difference_is_counted_in_characters() -> None:
    assert first_difference("añb", "añc") == 2
    assert first_difference("ab", "abc") == 2
    found = text("añb", "añc")
    assert found is not None
    assert found.text.startswith("first difference at character 2\n")


def test_long_differences_are_cut_and_say_so() -> None:
    one, other = "a\n" * 200, "b\n" * 200
    told = unified(one, other).splitlines()
    assert told[-1].endswith("more lines")
    assert len(told) == 41
    assert all(len(line) < 210 for line in unified("x" * 500, "y" * 500).splitlines())


def test_what_cannot_be_seen_is_written_out() -> None:
    told = unified("a\u200bb\n", "ab")
    assert r"-a\u200bb" in told
    assert r"b\n" in told  # one of the two has no line feed at its end, so both ends are shown
    assert told.endswith("+ab")


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        ("x", "text"),
        ([], "list"),
        ({}, "object"),
        ({"a": 1}, "object"),
        ({"error": "x"}, "error"),
        ({"base64": "YQ=="}, "base64"),
        ({"$": "not exposed"}, "$"),
    ],
)
def test_every_value_has_a_kind(value: Json, word: str) -> None:
    assert kind(value) == word


def test_bytes_are_read_where_they_are_some() -> None:
    assert raw({"base64": "YQ=="}) == b"a"
    for other in ({"base64": "YQ"}, {"base64": 1}, {"base64": "YQ==", "more": 1}, {"base64": "é"}):
        assert raw(other) is None  # type: ignore[arg-type]
    assert readable(octets(b"\xffa")) == "\\xffa"
    assert readable({"b": 1, "a": None}) == '{"a":null,"b":1}'
