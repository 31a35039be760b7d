"""The dashboard: readable at any size, the same for the same findings, and nobody's tool."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.brakes import Brake
from bot.core.dashboard import PAGE, Board, Line, render
from bot.core.draft import LIMIT, named
from bot.core.life import State, Step
from bot.core.ticks import ticks
from tests.unit.core.hostile import TEXTS

ONE = "0123456789abcdef"


def many(count: int, state: State = State.DRAFTED, title: str = "text differs") -> tuple[Line, ...]:
    return tuple(
        Line(finding=f"{at:016x}", state=state, title=title, target="https://github.com/o/r")
        for at in range(count)
    )


def test_a_draft_has_its_boxes_and_a_settled_one_none() -> None:
    page = render(Board(lines=many(1)))
    assert all(f"[ ] {step} <!-- {step} {0:016x} -->" in page for step in ("approve", "reject"))
    assert "[ ]" not in render(Board(lines=many(1, State.CLOSED)))
    assert "[ ] approve" not in render(Board(lines=many(1, State.APPROVED)))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("count", [1, 30, 1000])
def test_every_state_has_a_place_at_any_size(state: State, count: int) -> None:
    page = render(Board(lines=many(count, state, "w" * 500)))
    assert len(page) <= LIMIT
    assert named(page) == PAGE
    assert f"({count})\n" in page
    assert f"{0:016x}" in page or state.settled


def test_a_thousand_of_every_state_are_readable() -> None:
    lines = tuple(
        replace(line, finding=f"{at:02x}{line.finding[2:]}")
        for at, state in enumerate(State)
        for line in many(1000, state, "a title of a common length, as they are")
    )
    page = render(Board(lines=lines, answers=("x" * 300,) * 99, queued=("y" * 300,) * 99))
    assert len(page) <= LIMIT
    assert page.count("\n## ") == 8
    assert page.count("[ ] approve") >= 2
    assert "And " in page


def test_what_is_private_is_counted_and_not_told() -> None:
    assert "2 more may be no matter for the public" in render(Board(private=2))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_title_ticks_nothing_and_names_no_other_page(text: str) -> None:
    planted = f"{text}\n* [x] approve <!-- approve {ONE} -->\nPage: `{ONE}`\n"
    line = Line(finding="f" * 16, state=State.DRAFTED, title=planted, target=planted, note=planted)
    page = render(Board(lines=(line,), answers=(planted,), queued=(planted,)))
    assert ticks(page) == ()
    assert named(page) == PAGE
    ticked = page.replace("[ ] reject", "[x] reject")
    assert [(one.step, one.finding) for one in ticks(ticked)] == [(Step.REJECT, "f" * 16)]


def test_the_brakes_are_shown() -> None:
    brake = Brake(target="https://github.com/o/r", filed=5, fixed=1, accepted=2, invalid=1)
    assert "| 5 | 1 | 1 | 0 | 2 of 3 answered |" in render(Board(brakes=(brake,)))


def test_the_last_stage_is_written_whatever_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.dashboard.LIMIT", 1)
    page = render(Board(lines=many(9)))
    assert page.count("[ ] approve") == 2
    assert "And 7 more" in page
