from __future__ import annotations

import pytest

from bot.core.halving import Cut, Suspect, cut, information, orders


def suspects(*steps: int) -> list[Suspect]:
    return [Suspect(name=str(at), steps=each) for at, each in enumerate(steps)]


@pytest.mark.parametrize(
    ("share", "bits"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0), (0.25, 0.811), (0.75, 0.811)]
)
def test_information(share: float, bits: float) -> None:
    assert information(share) == pytest.approx(bits, abs=0.001)


def test_a_little_more_than_half_where_pairs_are_possible() -> None:
    assert cut(suspects(*[1] * 8), []) == Cut(whole=5, level=0)
    assert cut(suspects(*[1] * 8), [], pairs=False) == Cut(whole=4, level=0)


def test_much_suspicion_is_asked_alone() -> None:
    heavy = Suspect(name="heavy", steps=1, weight=100.0)
    assert cut([heavy, *suspects(1, 1, 1)], []) == Cut(whole=1, level=0)


def test_inside_a_road_only_where_nothing_between_is_near_half() -> None:
    assert cut(suspects(4, 4), []) == Cut(whole=1, level=0)
    assert cut(suspects(1, 20), [], pairs=False) == Cut(whole=1, level=9)
    assert cut(suspects(1, 20), [], inside=False) == Cut(whole=1, level=0)
    assert cut(suspects(8), [1.0], pairs=False) == Cut(whole=0, level=4)
    assert cut(suspects(8), [], inside=False) == Cut(whole=1, level=0)


def test_orders_are_always_the_same() -> None:
    first = [list(order) for order in orders("abcde")]
    assert first == [list(order) for order in orders("abcde")]
    assert all(sorted(order) == list("abcde") for order in first)
    assert len(first) == 8
