from __future__ import annotations

from itertools import combinations, count
from math import inf

import pytest

from bot.core.covering import NoRowError, Partial, cover, extend


def pairs(rows: list[tuple[int, ...]]) -> set[tuple[int, ...]]:
    wide = range(len(rows[0]))
    return {(a, b, row[a], row[b]) for row in rows for a, b in combinations(wide, 2)}


def test_a_theorem_says_where_to_stop() -> None:
    assert len(cover((3,) * 4, budget_seconds=inf)) == 9
    assert len(cover((2,) * 35, budget_seconds=inf)) == 8
    assert len(cover((5, 4, 3), budget_seconds=inf)) == 20


def test_one_column_has_each_value_once() -> None:
    assert sorted(cover((3,))) == [(0,), (1,), (2,)]
    assert cover((1,), 4) == [(0,)]


def test_fewer_columns_than_the_strength_have_all_rows() -> None:
    assert sorted(cover((2, 2), 4)) == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize("strength", [2, 3, 4])
def test_the_same_seed_gives_the_same_rows(strength: int) -> None:
    def made(seed: int) -> list[tuple[int, ...]]:
        return cover(
            (3, 3, 2, 2, 3), strength, seed=seed, budget_seconds=inf, budget_steps=50,
            forbidden=[{0: 0, 1: 1}, {2: 0, 3: 0, 4: 0}],
        )  # fmt: skip

    assert made(5) == made(5)
    assert len({tuple(made(seed)) for seed in range(4)}) > 1


def test_a_longer_budget_goes_on_where_a_shorter_one_ends() -> None:
    sizes = [
        len(cover((4,) * 7, budget_seconds=inf, budget_steps=steps)) for steps in (0, 50, 500, 5000)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0]


def test_the_clock_ends_the_search() -> None:
    seconds = count()
    rows = cover((4,) * 7, budget_seconds=100, clock=lambda: next(seconds))
    assert next(seconds) < 150
    assert len(pairs(rows)) == 21 * 16
    assert len(pairs(cover((4,) * 7, budget_seconds=0))) == 21 * 16


def test_required_rows_come_first_and_one_row_may_serve_several() -> None:
    required: list[Partial] = [(1, None, 0), {2: 0, 0: 1}, {1: 2}, (0, 0, 0)]
    rows = cover((2, 3, 2), required=required, budget_seconds=inf)
    assert rows[0][0] == 1
    assert rows[0][2] == 0
    assert (0, 0, 0) in rows[:3]
    assert len(rows) == 6


def test_many_parts_of_rows_are_gathered_in_few() -> None:
    parts: list[Partial] = [{at: 1} for at in range(12)]
    rows = cover((2,) * 12, required=parts, budget_seconds=inf, budget_steps=3000)
    assert len(rows) < 12
    assert all(any(row[at] for row in rows) for at in range(12))


def test_all_rows_required_leaves_nothing_to_do() -> None:
    every = [(a, b, c) for a in range(2) for b in range(2) for c in range(2)]
    assert cover((2, 2, 2), required=every, budget_seconds=inf) == every


def test_the_search_ends_where_no_row_may_go() -> None:
    """Eight parts that no row has two of: far above the bound, and endless seconds."""
    parts: list[Partial] = [(a, b, c, None) for a in range(2) for b in range(2) for c in range(2)]
    assert len(cover((2,) * 4, required=parts, budget_seconds=inf)) == 8


def test_a_search_that_is_stuck_has_more_patience_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.core.cover_course._PATIENCE", 5)
    rows = [cover((4,) * 7, budget_seconds=inf, budget_steps=steps) for steps in (0, 3_000)]
    assert len(rows[1]) < len(rows[0])


def test_some_columns_may_have_a_higher_strength() -> None:
    rows = cover((2,) * 6, stronger={(0, 1, 2): 3, (3, 4): 5}, budget_seconds=inf, budget_steps=500)
    assert len({row[:3] for row in rows}) == 8
    assert len(rows) < 12
    assert len(pairs(rows)) == 15 * 4


def test_four_columns_together() -> None:
    """Alone, where a step has more moves than are weighed, and within columns taken by twos."""
    rows = cover((2,) * 12, 4, budget_seconds=inf, budget_steps=40)
    some = combinations(range(12), 4)
    assert all(len({tuple(row[at] for at in four) for row in rows}) == 16 for four in some)
    rows = cover((2,) * 6, stronger={(0, 1, 2, 3): 4}, budget_seconds=inf, budget_steps=40)
    assert len({row[:4] for row in rows}) == 16
    assert len(pairs(rows)) == 15 * 4


def test_demands_may_overlap() -> None:
    rows = cover(
        (3,) * 8,
        stronger={(0, 1, 2, 3): 3, (1, 2, 3, 4): 3},
        budget_seconds=inf,
        budget_steps=300,
    )
    assert all(
        len({tuple(row[at] for at in some) for row in rows}) == 27
        for some in [*combinations(range(4), 3), *combinations(range(1, 5), 3)]
    )
    assert len(pairs(rows)) == 28 * 9


@pytest.mark.parametrize("seed", range(8))
def test_a_combination_that_can_not_be_is_not_asked_for(seed: int) -> None:
    rows = cover((2, 2, 2), 3, [{0: 0, 1: 0, 2: 0}], seed=seed, budget_seconds=inf)
    assert len(rows) == 7


def test_a_start_by_theorem_waits_for_the_budget() -> None:
    assert len(cover((3,) * 13, budget_seconds=inf, budget_steps=0)) > 15
    assert len(cover((3,) * 13, budget_seconds=inf, budget_steps=5)) == 15


def test_what_was_run_stays_and_what_can_not_be_goes() -> None:
    old = cover((3, 3, 3), budget_seconds=inf)
    new = extend(old, (4, 3, 3, 2), forbidden=[{0: 0, 1: 0}], budget_seconds=inf, budget_steps=500)
    stayed = [row for row in old if row[:2] != (0, 0)]
    assert [row[:3] for row in new[: len(stayed)]] == stayed
    assert len(new) <= len(stayed) + 4
    gone = extend([(0, 5), (1, 0), {7: 0}], (2, 2), budget_seconds=inf)
    assert gone[0] == (1, 0)
    assert len(gone) == 4


def test_an_extended_array_knows_when_no_row_can_be_spared() -> None:
    """A new value meets the four of the widest column in four rows: the search stops at once."""
    old = cover((4, 3, 2, 2), budget_seconds=inf)
    spent = iter(range(10_000))
    new = extend(old, (4, 4, 2, 2), budget_seconds=5_000, clock=lambda: next(spent))
    assert len(new) == len(old) + 4
    assert next(spent) < 100


@pytest.mark.parametrize(
    ("domains", "more", "told"),
    [
        ((), {}, "domains (): give each column one value or more"),
        ((2, 0), {}, "domains (2, 0): give each column one value or more"),
        ((2, 2), {"strength": 1}, "strength 1: give 2 or more"),
        ((2, 2), {"forbidden": [{0: 0}, {2: 0}]}, "forbidden[1] names column 2; there are 0 to 1"),
        ((2, 2), {"forbidden": [{-1: 0}]}, "forbidden[0] names column -1; there are 0 to 1"),
        ((2, 2), {"forbidden": [{1: 2}]}, "forbidden[0] names value 2 of column 1; it has 2"),
        ((2, 2), {"forbidden": [{}]}, "forbidden: an empty combination forbids every row"),
        ((2, 2), {"required": [(0, 0, 0)]}, "required[0] names column 2"),
        ((2, 2), {"stronger": {(0, 4): 3}}, "stronger (0, 4) names column 4"),
        (
            (2, 2),
            {"forbidden": [{0: 0, 1: 0}, {0: 0, 1: 1}], "required": [{0: 0}]},
            "required[0] {0: 0}: no row that is allowed has it",
        ),
    ],
)
def test_what_is_not_there_is_told(
    domains: tuple[int, ...], more: dict[str, object], told: str
) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - what it says is looked at
        cover(domains, **more)  # type: ignore[arg-type]
    assert told in str(raised.value)


@pytest.mark.parametrize(
    "forbidden",
    [
        [{0: 0}, {0: 1}],
        [{0: 0, 1: 0}, {0: 0, 1: 1}, {0: 1, 1: 0}, {0: 1, 1: 1}],
        [{0: a, 1: b, 2: c} for a in range(2) for b in range(2) for c in range(2)],
    ],
)
def test_no_row_at_all_is_told(forbidden: list[dict[int, int]]) -> None:
    with pytest.raises(NoRowError, match="together they leave no row"):
        cover((2, 2, 2), forbidden=forbidden)
