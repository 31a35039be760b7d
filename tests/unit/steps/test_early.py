"""A proof that was made early is handed over only where it is of what was found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.outcome import Culprit, Ending, Explanation
from bot.steps.early import Early

TOLD = Explanation(
    ending=Ending.CONCLUSIVE,
    culprits=(Culprit(package="greet", last_good="2", first_bad="3"),),
    signature="failed: exception: KeyError: 'price'",
    kind="crash",
)


def test_the_same_culprit_has_the_same_proof_whatever_else_is_told() -> None:
    assert Early(about=TOLD).fits(replace(TOLD, confidence=0.9, why="confirmed"))


@pytest.mark.parametrize(
    "other",
    [
        replace(TOLD, culprits=(Culprit(package="greet", last_good="1", first_bad="3"),)),
        replace(TOLD, signature="shows 3"),
        replace(TOLD, first_differs=True),
        replace(TOLD, kind="divergence"),
    ],
)
def test_another_finding_has_another_proof(other: Explanation) -> None:
    assert not Early(about=TOLD).fits(other)
    assert not Early().fits(TOLD)
