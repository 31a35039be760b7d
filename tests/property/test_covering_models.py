"""The published benchmark models: nothing missed, as a SAT solver judges, and few rows.

Three of them by default; STACKMATRIX_COVERING=all takes all, with more steps. Steps are counted,
no seconds, so the sizes are the same everywhere.
"""

from __future__ import annotations

import os
from itertools import combinations
from math import inf, prod

import pytest

from bot.core.covering import Row, cover
from tests.property.covering_models import FREE, RULED, Model, invented, permuted
from tests.property.covering_sat import faults

ALL = os.environ.get("STACKMATRIX_COVERING") == "all"
STEPS = 200_000 if ALL else 5_000
CHOSEN = sorted(RULED | FREE) if ALL else ["spins", "Healthcare4", "3^13"]


def covered(model: Model) -> list[Row]:
    return cover(model.domains, 2, model.forbidden, budget_seconds=inf, budget_steps=STEPS)


@pytest.mark.parametrize("turn", [0, 1], ids=["as published", "permuted"])
def test_no_pair_is_missed_and_rows_are_few(turn: int) -> None:
    ratios: dict[str, dict[str, float]] = {"ruled": {}, "free": {}}
    for name in CHOSEN:
        model = (RULED | FREE)[name]
        model = permuted(model, turn) if turn else model
        rows = covered(model)
        assert faults(model.domains, model.forbidden, rows) == [], name
        if model.best:
            ratios["ruled" if name in RULED else "free"][name] = len(rows) / model.best
    ruled, free = ratios.values()
    assert prod(ruled.values()) ** (1 / len(ruled)) <= 1.05, ruled
    assert max(ruled.values()) <= 1.15, ruled
    assert max(free.values()) <= 1.10, free


def test_models_that_nobody_has_seen_come_near_a_bound() -> None:
    """Against what two columns ask for, which no array goes below."""
    ratios = {}
    for seed in range(12) if ALL else (0, 1, 2, 3, 4, 7, 8, 11):
        model = invented(seed)
        rows = cover(model.domains, 2, model.forbidden, budget_seconds=inf, budget_steps=2_000)
        assert faults(model.domains, model.forbidden, rows) == [], seed
        two = combinations(range(len(model.domains)), 2)
        ratios[seed] = len(rows) / max(len({(row[a], row[b]) for row in rows}) for a, b in two)
    assert prod(ratios.values()) ** (1 / len(ratios)) <= 1.10, ratios


def test_the_judge_sees_what_is_wrong() -> None:
    """Sabotage: a row dropped, doubled, spoilt, or forbidden after the fact."""
    model = RULED["spins"]
    rows = covered(model)
    for at in range(len(rows)):
        told = faults(model.domains, model.forbidden, rows[:at] + rows[at + 1 :])
        assert any(one.startswith("missed: ") for one in told) or len(rows) > 19
    told = faults(model.domains, model.forbidden, rows[1:])
    assert told
    assert all(one.startswith("missed: ") for one in told)
    assert faults(model.domains, model.forbidden, [*rows, rows[0]]) == [f"twice: {rows[0]}"]
    assert "strange: (9,)" in faults((2,), [], [(9,), (0,), (1,)], 1)
    rule = {0: rows[0][0], 1: rows[0][1]}
    assert f"forbidden: {rows[0]}" in faults(model.domains, [*model.forbidden, rule], rows)
