from __future__ import annotations

import pytest

from bot.core.model import Link, Phase, Reason
from bot.core.outcome import (
    Culprit,
    Diverged,
    Ending,
    Explanation,
    Failed,
    NotRun,
    Outcome,
    Passed,
    Unsolvable,
    Verdict,
)

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


def test_an_explanation_is_told_in_a_sentence() -> None:
    greet = Culprit(package="greet", last_good="1.0", first_bad="1.1", yanked=True)
    shop = Culprit(package="shop", last_good="", first_bad="2")
    both = Explanation(ending=Ending.INTERACTION, culprits=(greet, shop))
    assert both.sentence == "greet 1.0 -> 1.1 (yanked) with shop (not installed) -> 2 did it"
    assert Explanation(ending=Ending.FLAKY).sentence == "flaky"
    assert Explanation(ending=Ending.FLAKY, why="it varies").sentence == "flaky: it varies"
