from __future__ import annotations

import pytest

from bot.core.model import Link, Phase, Reason
from bot.core.outcome import Diverged, Failed, NotRun, Outcome, Passed, Unsolvable, Verdict

OUTCOMES: tuple[Outcome, ...] = (
    Passed(),
    Diverged(link=Link.TEXT, diff=""),
    Failed(phase=Phase.START, reason=Reason.CRASH, message=""),
    Unsolvable(conflict=""),
    NotRun(why=""),
)


def test_every_outcome_has_a_word_of_its_own() -> None:
    assert len({outcome.word for outcome in OUTCOMES}) == len(OUTCOMES)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_worse_off_and_moved(verdict: Verdict) -> None:
    assert verdict.bad == (verdict.value in {"regressed", "changed"})
    assert verdict.flipped == (verdict.value in {"regressed", "changed", "fixed"})
