"""Intervals hold what they say they hold."""

from __future__ import annotations

import math
import random

import pytest

from bot.core.stats import Rate


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I: Wilson's method
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_published_examples(hits: int, total: int, low: float, high: float) -> None:
    rate = Rate(hits=hits, total=total)
    assert math.isclose(rate.low, low, abs_tol=6e-5)
    assert math.isclose(rate.high, high, abs_tol=6e-5)


def test_nothing_asked_says_so() -> None:
    rate = Rate(hits=0, total=0)
    assert (rate.low, rate.high, str(rate)) == (0.0, 1.0, "none asked twice")
    assert Rate(hits=5, total=5).high == 1.0


def test_a_true_rate_of_five_percent_lies_inside_about_as_often_as_promised() -> None:
    draw = random.Random(7)
    inside = 0
    for _ in range(400):
        hits = sum(draw.random() < 0.05 for _ in range(300))
        rate = Rate(hits=hits, total=300)
        inside += rate.low <= 0.05 <= rate.high
    assert inside / 400 > 0.91
