from __future__ import annotations

from itertools import combinations
from math import inf
from random import Random

import pytest

from bot.core.cover_course import Budget, Course
from bot.core.cover_open import Demand
from bot.core.cover_pairs import Pairs
from bot.core.cover_repair import Repair
from bot.core.cover_space import Space
from bot.core.cover_triples import Triples
from bot.core.cover_tuples import Tuples

RULES = [{0: 0, 1: 1}, {1: 2, 2: 0}, {0: 1, 2: 1, 3: 1}]
DOMAINS = (3, 3, 2, 2, 3)


def begun(strength: int, required: list[dict[int, int]], kind: str) -> tuple[Repair, Demand]:
    space = Space(DOMAINS, RULES)
    demand = Demand(columns=(1 << space.items) - 1, strength=strength)
    given = [space.bits(part) for part in required]
    budget = Budget(lambda: 0.0, seconds=inf, steps=0)
    rows = Course(space, [demand], given, 3, budget).run()
    fixed = given + [0] * (len(rows) - len(given))
    if kind == "pairs":
        return Pairs(space, rows, fixed, Random(3)), demand
    of = Triples if kind == "triples" else Tuples
    return of(space, rows, fixed, Random(3), [demand]), demand


def missing(repair: Repair, before: list[int], strength: int) -> set[int]:
    """Return what the rows before had and the rows now have not, counted from scratch."""

    def had(rows: list[int]) -> set[int]:
        bits = [[1 << at for at in range(row.bit_length()) if row >> at & 1] for row in rows]
        return {sum(some) for row in bits for some in combinations(row, strength)}

    return had(before) - had(repair.rows)


@pytest.mark.parametrize(
    ("kind", "strength"),
    [("pairs", 2), ("tuples", 2), ("tuples", 3), ("triples", 3)],
)
def test_what_is_open_is_what_is_missing_after_every_step(kind: str, strength: int) -> None:
    required = [{0: 2, 1: 1}, {4: 1}]
    repair, _ = begun(strength, required, kind)
    before = [*repair.rows]
    for _ in range(4):
        assert repair.open or repair.shrink()
        for _ in range(60):
            assert {*repair.open} == missing(repair, before, strength)
            assert all(repair.space.allows(row) for row in repair.rows)
            for part in required:
                bits = repair.space.bits(part)
                assert any(not bits & ~row for row in repair.rows)
            if not repair.open:
                break
            repair.step()


@pytest.mark.parametrize("kind", ["pairs", "tuples"])
def test_rows_that_must_stay_stay(kind: str) -> None:
    space = Space((2, 2))
    rows = [space.bits({0: a, 1: b}) for a in range(2) for b in range(2)]
    demand = Demand(columns=0b1111, strength=2)
    repair = (
        Pairs(space, rows, rows, Random(1))
        if kind == "pairs"
        else Tuples(space, rows, rows, Random(1), [demand])
    )
    assert not repair.shrink()
    assert repair.rows == rows


def test_where_no_row_may_change_a_step_changes_nothing() -> None:
    space = Space((2, 2))
    rows = [space.bits({0: a, 1: b}) for a in range(2) for b in range(2)]
    repair = Pairs(space, rows, [*rows[:3], 0], Random(1))
    assert repair.shrink()
    repair.step()
    assert repair.rows == rows[:3]
    assert repair.open == [rows[3]]


def test_a_row_is_bent_where_a_single_value_will_not_do() -> None:
    """Columns 0 and 1 are equal: to have 1, 1 where 0, 0 was, both change at once."""
    space = Space((2, 2, 2), [{0: 0, 1: 1}, {0: 1, 1: 0}])
    rows = [space.bits({0: a, 1: a, 2: b}) for a in range(2) for b in range(2)]
    repair = Pairs(space, [*rows, rows[0]], [0] * 5, Random(1))
    assert repair.shrink()
    assert repair.open == []
    assert repair.shrink()
    for _ in range(200):
        repair.step()
        assert all(space.allows(row) for row in repair.rows)
    assert repair.open
