"""When a mend is believed, and when it is taken back."""

from __future__ import annotations

import pytest

from bot.core.aftercare import LEAST, needed, turn
from bot.core.facts import Retested
from bot.core.life import Step
from bot.core.stats import NONE, Rate
from tests.unit.core.test_life import lived

FILED = (Step.EXPLAIN, Step.REDUCE, Step.DRAFT, Step.APPROVE, Step.FILE)
FIXED = (*FILED, Step.FIX)  # in 2.0


def measured(version: str, *greens: int, reds: int = 0, owed: int = 3) -> Retested:
    backends = ("cpu", "cuda12")
    pairs = tuple(zip(backends, greens, strict=False))
    return Retested(finding="f", version=version, greens=pairs, reds=reds, needed=owed)


@pytest.mark.parametrize(
    ("steps", "tests", "step", "about"),
    [
        (FILED, [], None, ""),
        (FILED, [measured("2.0", 2)], Step.FIX, "2.0"),
        (FILED, [measured("2.0", 2), measured("2.1", 1)], Step.FIX, "2.0"),
        (FILED, [measured("2.1", 1), measured("2.0", 2)], Step.FIX, "2.0"),
        (FILED, [measured("1.9", 2), measured("2.0", reds=1), measured("2.1", 1)], Step.FIX, "2.1"),
        (FILED, [measured("1.10", 2), measured("1.9", reds=1)], Step.FIX, "1.10"),
        (FILED, [measured("2.0", 2), measured("2.1", reds=1)], None, ""),
        (FILED, [measured("2.0", 0)], None, ""),
        (FILED, [measured("2.0", reds=1), measured("2.0", 2)], Step.FIX, "2.0"),
        (FIXED, [measured("2.0", 3)], Step.VERIFY, ""),
        (FIXED, [measured("2.0", 2)], None, ""),
        (FIXED, [measured("2.0", 5, 2)], None, ""),
        (FIXED, [measured("2.0", 5, 0)], None, ""),
        (FIXED, [measured("2.0", 3, 3)], Step.VERIFY, ""),
        (FIXED, [measured("2.0", 3, owed=4)], None, ""),
        (FIXED, [measured("1.9", 9)], None, ""),
        (FIXED, [measured("1.9", reds=9)], None, ""),
        (FIXED, [measured("2.0", 9, reds=1)], Step.REOPEN, ""),
        (FIXED, [measured("2.0", 3), measured("2.1", reds=1)], Step.REOPEN, ""),
        ((*FIXED, Step.VERIFY), [measured("2.0", 9)], None, ""),
        ((*FIXED, Step.VERIFY), [measured("2.1", reds=1)], Step.REOPEN, ""),
        ((*FIXED, Step.VERIFY, Step.CLOSE), [measured("2.1", reds=1)], Step.REOPEN, ""),
        ((*FILED, Step.INVALID), [measured("2.1", reds=1)], None, ""),
        ((*FILED, Step.EXPECTED), [measured("2.1", 9)], None, ""),
        (FILED[:3], [measured("2.0", 9)], None, ""),
        (FILED, [measured("what", 9)], Step.FIX, "what"),
    ],
)
def test_what_later_releases_say(
    steps: tuple[Step, ...], tests: list[Retested], step: Step | None, about: str
) -> None:
    found = turn(lived(*steps), tests)
    assert (found.step if found else None, found.about if found else "") == (step, about)


def test_what_flips_by_itself_owes_more_greens() -> None:
    owed = [needed(Rate(hits=hits, total=200)) for hits in (0, 10, 40, 100, 200)]
    assert owed == sorted(owed)
    assert owed[0] == LEAST
    assert owed[-1] > 50
    assert needed(NONE) == LEAST


@pytest.mark.parametrize("hits", range(0, 100, 9))
def test_luck_is_rarer_than_one_in_a_thousand(hits: int) -> None:
    rate = Rate(hits=hits, total=100)
    assert min(0.95, rate.high) ** needed(rate) <= 0.001 + 1e-12
