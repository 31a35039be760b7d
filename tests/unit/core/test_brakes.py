"""What became of issues, counted per target."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.brakes import SILENCE, brakes
from bot.core.life import Step
from tests.unit.core.test_life import AT, WHOLE, lived

STEPS = tuple(step for step, _ in WHOLE)


def test_each_target_has_its_counts() -> None:
    made = {
        "a": lived(*STEPS[:5]),
        "b": lived(*STEPS[:9]),
        "c": lived(*STEPS[:5], Step.INVALID),
        "d": lived(*STEPS[:6]),
        "e": lived(*STEPS[:4]),
        "z": lived(*STEPS[:5]),
    }
    known = {name: replace(life, finding=name) for name, life in made.items()}
    targets = {**dict.fromkeys("abcde", "https://github.com/O/r"), "z": "https://github.com/o/z"}
    here, there = brakes(known, targets, AT)
    assert (here.target, here.filed, here.fixed, here.invalid, here.accepted) == (
        "https://github.com/o/r",
        4,
        1,
        1,
        2,
    )
    assert (there.filed, there.ignored, there.acceptance) == (1, 0, "0 of 0 answered")
    late = brakes(known, targets, AT + SILENCE + timedelta(days=1))
    assert [each.ignored for each in late] == [1, 1]
