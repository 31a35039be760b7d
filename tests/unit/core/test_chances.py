"""The fewest questions: what failed sharpens the rest, and what goes together goes together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from bot.core.chances import Parts, dropping


def search(
    can: Callable[[Parts], bool], priors: Sequence[float], **options: object
) -> tuple[Parts, list[Parts]]:
    """Drive a search; return what is gone, and all that was asked."""
    asked: list[Parts] = []
    flow = dropping(priors, **{"width": 1, **options})  # type: ignore[arg-type]
    try:
        sets = next(flow)
        while True:
            asked += sets
            sets = flow.send([can(one) for one in sets])
    except StopIteration as end:
        return end.value, asked


@pytest.mark.parametrize("width", [1, 3, 8])
@pytest.mark.parametrize("needed", [set(), {0}, {3, 7}, {1, 2, 3, 11}, set(range(12))])
def test_what_is_needed_stays_and_all_else_goes(needed: set[int], width: int) -> None:
    gone, asked = search(lambda one: not one & needed, [0.1] * 12, width=width)
    assert gone == set(range(12)) - needed
    assert len(set(asked)) == len(asked)


def test_one_of_many_takes_about_the_logarithm() -> None:
    _, asked = search(lambda one: 40 not in one, [0.02] * 100)
    assert len(asked) <= 10


def test_what_is_surely_needed_is_never_asked() -> None:
    gone, asked = search(lambda _: True, [0.1, 0.9])
    assert gone == {0}
    assert asked == [gone]


def test_a_part_that_takes_a_needed_one_is_not_asked() -> None:
    takes = [frozenset({0, 1, 2}), frozenset({1, 2}), frozenset({2}), frozenset({3})]
    gone, asked = search(lambda one: 2 not in one, [0.5] * 4, takes=takes)
    assert gone == {3}
    assert not any(0 in one or 1 in one for one in asked)


def test_two_that_can_go_alone_but_not_together() -> None:
    gone, asked = search(lambda one: len(one) < 2, [0.5, 0.5], width=2)
    assert len(gone) == 1
    assert {0, 1} in asked


def test_a_set_that_can_go_where_a_part_of_it_could_not() -> None:
    gone, _ = search(lambda one: len(one) != 1, [0.45] * 3, needed=1.0)
    assert len(gone) in {0, 2, 3}


def test_nothing_to_drop_is_nothing_to_ask() -> None:
    assert search(lambda _: True, []) == (frozenset(), [])
