"""Log-probabilities: noise passes, drift does not, and near ties may part."""

from __future__ import annotations

import pytest

from bot.compare.logprobs import FLOOR, logprobs, noise, steps
from bot.core.model import Json


def step(token: int | str, logprob: Json, *top: tuple[int | str, Json]) -> Json:
    return {"id": token, "logprob": logprob, "top": [list(pair) for pair in top]}


def shape(one: Json, other: Json, *reruns: Json) -> str | None:
    found = logprobs(one, other, reruns)
    return found.shape if found else None


BASE: Json = [step(7, -0.1, (7, -0.1), (8, -2.5)), step(8, -0.5, (8, -0.5), (9, -0.52))]
CLOSE: Json = [step(7, -0.1), step(8, -0.5 - FLOOR / 2)]
FAR: Json = [step(7, -0.1), step(8, -0.5 - FLOOR * 3)]
FARTHER: Json = [step(7, -0.1), step(8, -0.5 - FLOOR * 5)]
TIED: Json = [step(7, -0.1), step(9, -0.51, (9, -0.51), (8, -0.53))]
OTHER: Json = [step(7, -0.1), step(9, -0.01, (9, -0.01), (8, -4.0))]
UNHEARD: Json = [step(7, -0.1), step(3, -0.5, (8, -0.5))]
POSITIVE: Json = [step(7, 1.376), step(8, -0.5)]
ODD: Json = [step(7, -0.1), step(8, {"$": "-inf"})]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (BASE, None),
        (CLOSE, None),
        (FAR, "logprobs: drift"),
        (TIED, None),
        (OTHER, "logprobs: another token"),
        (UNHEARD, "logprobs: another token"),
        (POSITIVE, "logprobs: positive"),
        (ODD, "logprobs: not finite"),
        ([step(7, -0.1), step(8, None)], "logprobs: not finite"),
        ([step(7, -0.1), step(8, {"$": "nan"})], "logprobs: not finite"),
        ([step(7, -0.1), step(8, 10**400)], "logprobs: not finite"),
        ([step(7, -0.1)], "logprobs: another length"),
        ([], "logprobs: another length"),
        (None, "logprobs: list became null"),
        ([{"id": 1}], "logprobs: list became list"),
        ([{"id": 1, "logprob": "low", "top": []}], "logprobs: list became list"),
    ],
)
def test_a_planted_difference_has_its_shape(seen: Json, expected: str | None) -> None:
    assert shape(BASE, seen) == expected
    assert shape(seen, seen) is None


def test_rounding_above_zero_is_no_log_probability_above_zero() -> None:
    assert shape([step(7, -1e-8)], [step(7, 1e-7)]) is None


def test_drift_within_the_noise_of_the_reruns_passes_and_beyond_it_does_not() -> None:
    assert shape(BASE, FAR, FAR) is None
    assert shape(BASE, FARTHER, FAR) == "logprobs: drift"
    assert noise(steps(BASE) or (), [FAR, None]) == pytest.approx(FLOOR * 3)


def test_an_odd_rerun_does_not_make_everything_pass() -> None:
    assert shape(BASE, FARTHER, ODD) == "logprobs: drift"


def test_what_is_odd_alike_is_equal_and_otherwise_not() -> None:
    assert shape(ODD, ODD) is None
    assert shape(ODD, [step(7, -0.1), step(8, None)]) == "logprobs: drift"
    assert shape(ODD, BASE) == "logprobs: drift"


def test_a_candidate_may_be_impossible() -> None:
    told = steps([step(7, -0.1, (7, -0.1), (8, {"$": "-inf"}), (9, "?"))])
    assert told is not None
    assert told[0].top == {7: -0.1, 8: float("-inf")}


def test_parting_towards_an_impossible_candidate_is_no_near_tie() -> None:
    ours: Json = [step(7, -0.5, (7, -0.5), (8, {"$": "-inf"}))]
    theirs: Json = [step(8, -0.5, (8, -0.5), (7, -0.5))]
    assert shape(ours, theirs) == "logprobs: another token"


def test_after_a_near_tie_nothing_more_is_compared() -> None:
    assert isinstance(TIED, list)
    assert shape(BASE, [*TIED, step(1, -9.0)]) is None


def test_the_text_names_the_place_and_the_shape_does_not() -> None:
    found = logprobs(BASE, FAR)
    assert found is not None
    assert "token 1 (8)" in found.text
    assert not any(character.isdigit() for character in found.shape)


def test_tokens_may_be_known_by_their_texts() -> None:
    ours: Json = [step("Hi", -0.1, ("Hi", -0.1), ("", -3.0), ("", -4.0)), step("!", -0.2)]
    assert shape(ours, ours) is None
    assert shape(ours, [step("Hi", -0.1), step("?", -0.2)]) == "logprobs: another token"
    told = steps(ours)
    assert told is not None
    assert told[0].top == {"Hi": -0.1, "": -3.0}


def test_candidates_come_best_first_unless_they_never_did() -> None:
    straight: Json = [step(7, -0.1, (7, -0.1), (8, -2.5), (9, -2.5 + 1e-9))]
    turned: Json = [step(7, -0.1, (9, -2.5), (8, -2.5), (7, -0.1))]
    assert shape(straight, straight) is None
    assert shape(straight, turned) == "logprobs: candidates in another order"
    assert shape(turned, turned) is None
    assert shape(turned, straight) is None
    found = logprobs(straight, turned)
    assert found is not None
    assert "better candidate" in found.text
