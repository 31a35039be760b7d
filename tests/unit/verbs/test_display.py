"""What is said while it works: on a terminal, in a log, and not at all."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.verbs import display
from bot.verbs.display import Display


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(display, "ticks", made)
    return made


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100, highlight=False)


def said(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


@pytest.mark.usefixtures("clock")
def test_a_log_gets_a_line_a_step() -> None:
    on = console(terminal=False)
    with Display(on, quiet=False) as shown:
        shown.begin("watch", 2)
        shown.advance("watch", "tea")
        shown.begin("execute", 3)
        shown.begin("execute", 1)
    assert said(on) == "watch: 0 of 2 done\nexecute: 0 of 3 done\n"


def test_a_log_gets_a_line_now_and_then(clock: Clock) -> None:
    on = console(terminal=False)
    with Display(on, quiet=False) as shown:
        shown.begin("execute", 4)
        for cell in "abcd":
            shown.start("execute", cell)
        for cell, at in (("a", 5.0), ("b", 11.0), ("c", 12.0)):
            clock.time = at
            shown.advance("execute", cell)
    assert said(on).splitlines()[1:] == [
        "execute: 2 of 4 done, 2 running, about 11 s to go",
    ]


def test_long_work_is_told_in_minutes(clock: Clock) -> None:
    on = console(terminal=False)
    with Display(on, quiet=False) as shown:
        shown.begin("execute", 10)
        clock.time = 60.0
        shown.advance("execute", "a")
    assert said(on).splitlines()[-1] == "execute: 1 of 10 done, about 9 min to go"


def test_more_work_may_follow_and_nobody_knows_how_much(clock: Clock) -> None:
    on = console(terminal=False)
    with Display(on, quiet=False) as shown:
        shown.begin("reduce", 0)
        clock.time = 20.0
        shown.advance("reduce", "a")
    assert said(on) == "reduce: 1 done\n"


def test_a_step_that_never_began_is_not_counted() -> None:
    with Display(console(terminal=False), quiet=False) as shown:
        shown.start("explain", "trial")
        shown.advance("explain", "trial")


@pytest.mark.parametrize("terminal", [True, False])
def test_quiet_is_quiet(terminal: bool) -> None:
    on = console(terminal=terminal)
    with Display(on, quiet=True) as shown:
        shown.begin("watch", 1)
        shown.advance("watch", "tea")
        shown.note("a line")
    assert said(on) == ""


def test_a_note_keeps_its_brackets_and_its_length() -> None:
    on = console(terminal=False)
    line = "[red]" + "x" * 200
    with Display(on, quiet=False) as shown:
        shown.note(line)
    assert said(on) == f"note: {line}\n"


def test_a_terminal_sees_what_runs_and_at_the_end_what_is_done() -> None:
    on = console(terminal=True)
    with Display(on, quiet=False) as shown:
        shown.begin("execute", 2)
        shown.start("execute", "tea-1.0@cpu")
        shown._bars.refresh()
        assert "1 running: tea-1.0@cpu" in said(on)
        shown.advance("execute", "tea-1.0@cpu")
        shown.advance("execute", "tea-2.0@cpu")
    last = next(line for line in reversed(said(on).splitlines()) if "execute" in line)
    assert "2/2" in last
    assert "running" not in last
