"""A deadline moves by what the machine took, and by nothing else."""

from __future__ import annotations

import pytest

from bot.effects import patience
from bot.effects.patience import Patience


class Clock:
    now = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(patience, "ticks", lambda: made.now)
    return made


def test_who_waited_for_a_processor_has_that_much_longer(clock: Clock) -> None:
    waited, asked = [0.0], []

    def kept_waiting() -> float:
        asked.append(clock.now)
        return waited[0]

    left = Patience(lambda: 10.0, kept_waiting)
    clock.now, waited[0] = 9.0, 5.0
    assert not left.over()
    assert asked == []  # before its end nobody looks
    clock.now = 11.0
    assert not left.over()
    clock.now = 14.9
    assert not left.over()
    clock.now, waited[0] = 15.1, 5.05
    assert left.over()  # what it waited since is no time worth naming


def test_who_died_waited_no_less_than_was_seen(clock: Clock) -> None:
    waited = [4.0]
    left = Patience(lambda: 10.0, lambda: waited[0])
    clock.now = 11.0
    assert not left.over()
    clock.now, waited[0] = 13.0, 0.0
    assert not left.over()
    clock.now = 14.1
    assert left.over()


def test_a_machine_that_stood_still_makes_nobody_late(clock: Clock) -> None:
    left = Patience(lambda: 10.0, lambda: 0.0)
    clock.now = 100.0
    left.passed(5.0)  # one moment, of which a second is its own
    assert not left.over()
    clock.now = 104.1
    left.passed(103.9)
    assert left.over()
