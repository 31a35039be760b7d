"""How far two generations are apart in numbers."""

from __future__ import annotations

import pytest

from bot.core.drift import apart
from bot.core.model import Json

STEP: Json = {"id": 1, "logprob": -1.0}


@pytest.mark.parametrize(
    ("expected", "seen", "nats"),
    [
        ([STEP], [{"id": 1, "logprob": -1.5}], 0.5),
        ([STEP, STEP], [{"id": 1, "logprob": -1.25}, {"id": 1, "logprob": -1}], 0.25),
        ([STEP], [{"id": 2, "logprob": -9}], None),
        ([STEP, STEP], [STEP, {"id": 2, "logprob": -9}], 0.0),
        ([STEP], [{"id": 1, "logprob": float("inf")}], None),
        ([STEP], [{"id": 1, "logprob": {"$": "nan"}}], None),
        ([STEP], "not exposed", None),
        (None, [STEP], None),
    ],
)
def test_the_largest_distance_of_the_same_tokens(
    expected: Json, seen: Json, nats: float | None
) -> None:
    assert apart(expected, seen) == nats
