"""A last look: an end that shows something else now was chance, and nobody is named."""

from __future__ import annotations

import pytest

from bot.core.outcome import Culprit, Ending, Explanation
from bot.core.trial import Told, Trial
from bot.steps.doubt import doubted
from tests.unit.steps.fakes import InTurn

NAMED = Explanation(
    ending=Ending.CONCLUSIVE, culprits=(Culprit(package="a", last_good="1", first_bad="2"),)
)
USUAL = {"good": "ok", "bad": "odd"}


def test_ends_that_stay_what_they_were_leave_the_name_standing() -> None:
    found = doubted(NAMED, USUAL, InTurn(), lambda one: Told(signature=USUAL[one.lean]))
    assert found.culprits == NAMED.culprits
    assert found.cost.ends == 4


@pytest.mark.parametrize("lean", ["good", "bad"])
def test_an_end_that_shows_something_else_takes_the_name_back(lean: str) -> None:
    def attempt(one: Trial) -> Told:
        turned = one.lean == lean and one.draw == 102
        return Told(signature="else" if turned else USUAL[one.lean])

    found = doubted(NAMED, USUAL, InTurn(), attempt)
    assert (found.ending, found.culprits, found.confidence) == (Ending.FLAKY, (), 0.75)
    assert f"the {lean} end" in found.why


def test_a_look_that_says_nothing_changes_nothing() -> None:
    assert doubted(NAMED, USUAL, InTurn(), lambda _: Told(signature=None)).culprits
