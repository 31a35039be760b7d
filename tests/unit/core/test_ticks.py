"""A tick is somebody's only where the page's history shows who set it."""

from __future__ import annotations

import pytest

from bot.core.life import Step
from bot.core.ticks import Edit, Tick, box, setter, ticks, unticked

ONE, TWO = "0123456789abcdef", "fedcba9876543210"
EMPTY = f"head\n{box(Step.APPROVE, ONE)}\n{box(Step.REJECT, ONE)}\n{box(Step.APPROVE, TWO)}\n"
TICKED = EMPTY.replace("[ ] approve", "[x] approve", 1)
BOTH = EMPTY.replace("[ ] approve", "[X] approve")
TICK = Tick(step=Step.APPROVE, finding=ONE)


def edit(who: str, body: str) -> Edit:
    return Edit(who=who, at="2026-11-23T12:00:00Z", body=body)


def test_what_is_ticked_is_read_in_any_spelling() -> None:
    assert ticks(EMPTY) == ()
    assert ticks(TICKED.replace("\n", "\r\n")) == (TICK,)
    assert ticks(BOTH) == (TICK, Tick(step=Step.APPROVE, finding=TWO))
    assert unticked(BOTH) == EMPTY.strip()


@pytest.mark.parametrize(
    "line",
    [
        f"* [x] close <!-- close {ONE} -->",
        f"* [x] approve <!-- approve {ONE[1:]} -->",
        f"> * [x] approve <!-- approve {ONE} -->",
        f"* [x] approve <!-- approve {ONE} --> and more",
        f"* [y] approve <!-- approve {ONE} -->",
    ],
)
def test_what_is_no_box_of_ours_is_no_tick(line: str) -> None:
    assert ticks(line) == ()


def test_whoever_set_it_did_it_and_not_whoever_edited_last() -> None:
    edits = [edit("bot", EMPTY), edit("ada", TICKED), edit("eve", BOTH)]
    assert setter(edits, BOTH, TICK) == edits[1]
    assert setter(edits, BOTH, Tick(step=Step.APPROVE, finding=TWO)) == edits[2]


def test_a_tick_that_was_taken_away_and_set_again_is_the_last_ones() -> None:
    edits = [edit("bot", EMPTY), edit("ada", TICKED), edit("bot", EMPTY), edit("eve", TICKED)]
    assert setter(edits, TICKED, TICK) == edits[3]


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [edit("ada", TICKED)],  # how it came there is not shown
        [edit("ada", BOTH), edit("bot", TICKED)],
        [edit("bot", EMPTY), edit("ada", TICKED), edit("bot", EMPTY)],  # not the page as it is
        [edit("bot", EMPTY), edit("", TICKED)],
    ],
)
def test_where_the_history_does_not_show_it_nobody_did_it(edits: list[Edit]) -> None:
    assert setter(edits, TICKED, TICK) is None
