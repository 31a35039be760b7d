"""Token ids: exactly equal or not, and how two lists part."""

from __future__ import annotations

import pytest

from bot.compare.tokens import ids
from bot.core.model import Json

CASES: list[tuple[Json, Json, str]] = [
    ([1, 2, 3], [1, 2], "ids: cut short"),
    ([1, 2], [1, 2, 3], "ids: more at the end"),
    ([], [7], "ids: more at the end"),
    ([5, 6], [1, 5, 6], "ids: one more at the start"),
    ([1, 5, 6], [5, 6], "ids: one less at the start"),
    ([1, 2, 3], [1, 9, 3], "ids: others, as many"),
    ([1, 2, 3], [1, 9, 8, 3], "ids: more"),
    ([1, 2, 3, 4], [1, 9, 4], "ids: fewer"),
    ([1], None, "ids: list became null"),
    ([1], {"$": "not exposed"}, "ids: list became $"),
]


@pytest.mark.parametrize(("one", "other", "shape"), CASES)
def test_a_planted_difference_has_its_shape(one: Json, other: Json, shape: str) -> None:
    found = ids(one, other)
    assert found is not None
    assert found.shape == shape
    assert ids(one, one) is None
    assert ids(other, other) is None


def test_the_first_id_that_differs_is_shown_in_its_surroundings() -> None:
    expected: list[Json] = list(range(20))
    seen: list[Json] = [*range(10), 99, *range(11, 20)]
    found = ids(expected, seen)
    assert found is not None
    assert found.text.splitlines() == [
        "first difference at token 10",
        "- ... [7, 8, 9, 10, 11, 12, 13, 14]  (20 tokens)",
        "+ ... [7, 8, 9, 99, 11, 12, 13, 14]  (20 tokens)",
    ]
    assert not any(character.isdigit() for character in found.shape)
