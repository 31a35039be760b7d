from __future__ import annotations

import pytest

from bot.core.model import Link, Phase, Reason
from bot.core.outcome import Diverged, Failed, NotRun, Outcome, Passed, Unsolvable
from bot.core.signature import normal, signature


def failed(message: str, reason: Reason = Reason.EXCEPTION) -> Failed:
    return Failed(phase=Phase.PROBE, reason=reason, message=message)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at 0x7f00aa", "at 0x55DE"),
        ("refused by 127.0.0.1:8080", "refused by localhost:41234"),
        ("refused by 127.0.0.1", "refused by localhost:1"),
        ("in /tmp/a1/lib/x.py line 3", "in /home/me/env/lib/python3.11/x.py line 77"),
        (r"in C:\Users\me\x.py", "in /srv/run/x.py"),
        ("took 1.25 s", "took 900 s"),
        ("version 0.2.13 of 2026", "version 7 of 1"),
        ("\x1b[31mred\x1b[0m text", "red text"),
        ("two\n  lines ", "two lines"),
        ("blob " + "ab" * 32, "blob " + "0f" * 16),
    ],
)
def test_what_a_machine_or_a_moment_decides_is_left_out(one: str, other: str) -> None:
    assert normal(one) == normal(other)
    assert signature(failed(one)) == signature(failed(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KeyError: 'name'", "KeyError: 'role'"),
        ("ValueError: x", "TypeError: x"),
        ("no tool calls", "tool calls"),
    ],
)
def test_other_causes_stay_other(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_a_message_of_any_length_is_short() -> None:
    assert len(normal("x " * 10_000)) == 300


def test_good_outcomes_have_one_signature() -> None:
    assert signature(Passed()) == signature(Passed(unheld=(Link.TEXT,))) == ""


def test_every_other_outcome_has_its_own() -> None:
    outcomes: list[Outcome] = [
        Diverged(link=Link.TEXT, diff="", shape="shorter"),
        Diverged(link=Link.TEXT, diff="", shape="longer"),
        Diverged(link=Link.PROMPT, diff="", shape="shorter"),
        failed("x"),
        failed("x", Reason.CRASH),
        Failed(phase=Phase.START, reason=Reason.EXCEPTION, message="x"),
        Unsolvable(conflict="a"),
        NotRun(why="b"),
    ]
    signatures = {signature(outcome) for outcome in outcomes}
    assert len(signatures) == len(outcomes)
    assert "" not in signatures


def test_the_values_of_a_difference_do_not_count() -> None:
    one = Diverged(link=Link.TEXT, diff="- a\n+ b", shape="value")
    other = Diverged(link=Link.TEXT, diff="- c\n+ d", shape="value")
    assert signature(one) == signature(other)
