"""A smaller program is about the same difference, or it is none."""

from __future__ import annotations

import pytest

from bot.core.model import Json
from bot.core.parted import End, Ends, holds, least, leaves, part, within


def both(good: Json, bad: Json) -> Ends:
    return Ends(good=End(value=good), bad=End(value=bad))


FIRST = both({"a": 1, "b": [1, {"c": 2, "d": 3}]}, {"a": 1, "b": [1, {"c": 2, "d": 4}]})


@pytest.mark.parametrize(
    ("good", "bad", "same"),
    [
        ({"b": [{"d": 3}]}, {"b": [{"d": 4}]}, True),
        ({"b": [1, {"c": 2, "d": 3}]}, {"b": [1, {"c": 2, "d": 4}]}, True),
        ({"b": [{"c": 2}]}, {"b": [{"c": 2}]}, False),
        ({"b": []}, {"b": [{"d": 4}]}, False),
        ({"d": 3}, {"d": 4}, False),
        ({}, {}, False),
        (3, 4, False),
    ],
)
def test_what_differs_stays_and_what_is_shared_may_go(good: Json, bad: Json, *, same: bool) -> None:
    assert part(FIRST, both(good, bad)) is same


def test_a_failure_keeps_its_words_and_the_other_side_may_show_less() -> None:
    first = Ends(good=End(value=[1, 2, 3]), bad=End(failed="KeyError: x"))
    assert part(first, Ends(good=End(value=[1, 3]), bad=End(failed="KeyError: x")))
    assert not part(first, Ends(good=End(value=[3, 1]), bad=End(failed="KeyError: x")))
    assert not part(first, Ends(good=End(value=[1]), bad=End(failed="NameError: y")))
    assert not part(first, Ends(good=End(failed="KeyError: x"), bad=End(failed="KeyError: x")))
    assert not holds(first.bad, End(value=[1]))
    assert not part(first, both([1], [1]))


@pytest.mark.parametrize(
    ("value", "whole", "is_part"),
    [(1, 1, True), (1, 1.0, False), (True, 1, False), ([], [1], True), ({}, [], False)],
)
def test_within(value: Json, whole: Json, *, is_part: bool) -> None:
    assert within(value, whole) is is_part


def test_places_in_lists_have_no_numbers() -> None:
    assert leaves([0, 1, 2], [0, 1, 3]) == leaves([2], [3])


def test_what_is_shown_where_it_does_not_matter() -> None:
    failed = End(failed="KeyError: x")
    assert least(Ends(good=End(value=[1]), bad=failed)) == "list"
    assert least(Ends(good=failed, bad=End(value={"a": 1}))) == "dict"
    assert least(Ends(good=End(value="text"), bad=failed)) is None
    assert least(both([1], [2])) is None
