from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from bot.core.cover_known import Array, binary, binary_rows, cyclic, known, planes, planes_rows


def whole(array: Array, size: int) -> bool:
    """Whether every two columns have all pairs of values below `size`."""
    return all(
        len({(row[a], row[b]) for row in array if row[a] < size and row[b] < size}) == size * size
        for a, b in combinations(range(len(array[0])), 2)
    )


@pytest.mark.parametrize(("columns", "rows"), [(2, 4), (3, 4), (4, 5), (10, 6), (11, 7), (100, 10)])
def test_two_values(columns: int, rows: int) -> None:
    assert binary_rows(columns) == len(binary(columns)) == rows
    assert whole(binary(columns), 2)


@pytest.mark.parametrize(
    ("columns", "size", "rows"),
    [(4, 3, 9), (13, 3, 15), (14, 3, 21), (21, 4, 28), (6, 5, 25), (7, 6, 49), (10, 9, 81)],
)
def test_planes(columns: int, size: int, rows: int) -> None:
    assert planes_rows(columns, size) == len(planes(columns, size)) == rows
    assert whole(planes(columns, size), size)


@pytest.mark.parametrize(("columns", "size"), [(9, 4), (14, 6), (20, 10)])
def test_a_vector_that_is_turned_and_shifted(columns: int, size: int) -> None:
    (array,) = cyclic(columns, size, Random(1))
    assert len(array) == columns * (size - 1) + 1
    assert whole(array, size)


def test_no_vector_where_places_are_too_few() -> None:
    assert [*cyclic(6, 10, Random(1))] == []


def test_only_what_is_small_enough_is_made() -> None:
    assert [len(array) for array in known(100, 2, Random(1), 10)] == [10]
    assert [*known(100, 2, Random(1), 9)] == []
    assert [len(array) for array in known(12, 6, Random(1), 90)] == [61]
    assert [len(array) for array in known(8, 6, Random(1), 60)] == [49]
    assert [*known(12, 6, Random(1), 60)] == []
