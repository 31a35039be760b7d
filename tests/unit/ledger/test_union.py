"""Two ledgers of one origin: both are there afterwards, in whatever order they came."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.union import Side, numbered, union

Story = dict[int, list[str]]


def line(run: int, job: str, attempt: int, kind: str, **words: object) -> str:
    told = {"v": 1, "run": run, "job": job, "attempt": attempt, "body": {**words, "kind": kind}}
    return json.dumps(told, separators=(",", ":"))


def began(run: int, who: str) -> str:
    return line(run, "run", 0, "RunStarted", at=who)


def ended(run: int) -> str:
    return line(run, "run", 0, "RunEnded", newly_broken=0)


def word(run: int, who: str, attempt: int = 0) -> str:
    return line(run, "track f life", attempt, "Moved", who=who)


def whole(run: int, who: str) -> list[str]:
    return [began(run, who), word(run, who), ended(run)]


def together(theirs: Story, mine: Story) -> Story:
    """Put mine to theirs."""
    story = {run: [*lines] for run, lines in theirs.items()}
    for one in union(Side.of(mine), Side.of(theirs), ()):
        story.setdefault(one.number, []).extend(one.lines)
    return story


def bare(story: Mapping[int, Sequence[str]]) -> list[list[str]]:
    """Return the runs without their numbers, in an order of their own."""
    return sorted(sorted(numbered(each, run, 0) for each in lines) for run, lines in story.items())


BASE = {1: whole(1, "base"), 2: whole(2, "base two")}


def test_the_second_of_two_runs_gets_the_next_number() -> None:
    one, other = {**BASE, 3: whole(3, "a")}, {**BASE, 3: whole(3, "b"), 4: whole(4, "b two")}
    story = together(one, other)
    assert story == {
        **BASE,
        3: whole(3, "a"),
        4: whole(4, "b"),
        5: whole(5, "b two"),
    }


def test_three_in_any_order_make_the_same_runs() -> None:
    sides = [{**BASE, 3: whole(3, who), 4: whole(4, f"{who} again")} for who in "abc"]
    ways = []
    for order in permutations(sides):
        story: Story = {}
        for side in order:
            story = together(story, side)
        ways.append(bare(story))
        assert [*story] == sorted(story) == [*range(1, 9)]
        for side in order:
            assert together(story, side) == story
    assert all(way == ways[0] for way in ways)


def test_a_run_that_went_on_is_the_same_run() -> None:
    more = {1: [began(1, "a"), word(1, "x")]}
    assert together({1: [began(1, "a")]}, more) == more
    assert together(more, {1: [began(1, "a")]}) == more
    assert together({}, more) == more
    assert together(more, {}) == more


def test_a_run_is_known_by_how_it_began_whatever_its_number() -> None:
    assert together({4: whole(4, "a")}, {1: whole(1, "a")}) == {4: whole(4, "a")}
    grown = [*whole(1, "a"), word(1, "late", 1)]
    assert together({4: whole(4, "a")}, {1: grown})[4][-1] == word(4, "late", 1)


def test_a_run_gone_on_with_in_two_places_is_two_runs() -> None:
    one, other = ([began(1, "a"), word(1, who)] for who in "xy")
    story = together({1: one}, {1: other})
    assert story == {1: one, 2: [began(2, "a"), word(2, "y")]}
    assert together(story, {1: other}) == together(story, {1: one}) == story


def test_words_after_the_end_both_stand() -> None:
    one, other = ([began(1, "a"), ended(1), word(1, who)] for who in "xy")
    story = together({1: one}, {1: [*other, line(1, "other", 0, "Sent", where="z")]})
    assert story[1][3:] == [word(1, "y", 1), line(1, "other", 0, "Sent", where="z")]
    assert together(story, {1: other}) == story


def test_a_hole_is_filled_with_the_run_that_was_there() -> None:
    mine = {run: whole(run, str(run)) for run in (1, 2, 3)}
    assert together({1: mine[1]}, mine) == mine
    assert together({1: mine[1], 3: whole(3, "other")}, mine)[4] == whole(4, "3")


def test_lines_that_are_none_of_ours_go_with_their_run() -> None:
    strange = ['{"v":9,"run":1,"x":2}', "no JSON \udcff", '{"v":1,"run":7,"job":"j"}']
    story = together({1: whole(1, "a")}, {1: [began(1, "b"), *strange]})
    assert story[2] == [began(2, "b"), '{"v":9,"run":2,"x":2}', *strange[1:]]


def test_a_run_that_never_said_how_it_began_is_known_by_its_number() -> None:
    assert together({1: [word(1, "x")]}, {1: [word(1, "x")]}) == {1: [word(1, "x")]}
    assert together({1: [word(1, "x")]}, {1: [word(1, "y")]}) == {
        1: [word(1, "x")],
        2: [word(2, "y")],
    }


@pytest.mark.parametrize("used", [(2,), (2, 3, 4)])
def test_numbers_that_are_taken_elsewhere_are_not_used(used: tuple[int, ...]) -> None:
    (one,) = union(Side.of({2: whole(2, "a")}), Side.of({}), used)
    assert one.number == max(used) + 1


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.booleans()), max_size=3),
        min_size=2,
        max_size=4,
    )
)
def test_no_line_is_lost_and_twice_is_once(
    sides: list[list[tuple[str, int, bool]]],
) -> None:
    """Runs of few names, so that they meet; with words of their own, ended or not."""
    story: Story = {}
    for at, side in enumerate(sides):
        mine: Story = {}
        for run, (who, words, ends) in enumerate(side, start=1):
            said = [word(run, f"{at} {n}", n) for n in range(words)]
            mine[run] = [began(run, f"{who} {run}"), *said, *([ended(run)] if ends else [])]
        before = story
        story = together(story, mine)
        assert all(story[run][: len(lines)] == lines for run, lines in before.items())
        told = [{_of_no_place(each, run) for each in lines} for run, lines in story.items()]
        for run, lines in mine.items():
            assert any({_of_no_place(each, run) for each in lines} <= each for each in told)
        assert together(story, mine) == story


def _of_no_place(line_: str, run: int) -> str:
    """Return a line without its run and its attempt: what union may change."""
    return re.sub(r'"attempt":\d+', "", numbered(line_, run, 0))
