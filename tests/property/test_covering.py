"""Covering arrays against brute force: every row there may be of a small model is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.cover_learn import Learning
from bot.core.covering import NoRowError, Row, cover, extend
from tests.property.covering_sat import faults

SOME = settings(max_examples=120, deadline=None, derandomize=True)
FEW = settings(max_examples=60, deadline=None, derandomize=True)

Rule = dict[int, int]

DOMAINS = st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple)


@st.composite
def models(draw: st.DrawFn) -> tuple[tuple[int, ...], list[Rule]]:
    domains = draw(DOMAINS)
    row = st.tuples(*(st.integers(0, size - 1) for size in domains))
    columns = st.sets(st.integers(0, len(domains) - 1), min_size=1)
    rule = st.builds(lambda row, columns: {at: row[at] for at in columns}, row, columns)
    return domains, draw(st.lists(rule, max_size=8))


def has(row: Sequence[int | None], part: Mapping[int, int]) -> bool:
    return all(row[at] == value for at, value in part.items())


def allowed(domains: Sequence[int], forbidden: Sequence[Rule]) -> list[Row]:
    every = product(*(range(size) for size in domains))
    return [row for row in every if not any(has(row, rule) for rule in forbidden)]


def wanted(rows: Sequence[Row], columns: Sequence[int], strength: int) -> set[tuple[Row, Row]]:
    return {
        (some, tuple(row[at] for at in some))
        for some in combinations(columns, min(strength, len(columns)))
        for row in rows
    }


def few(
    domains: Sequence[int], strength: int = 2, forbidden: Sequence[Rule] = (), **more: object
) -> list[Row]:
    return cover(domains, strength, forbidden, budget_seconds=inf, budget_steps=200, **more)  # type: ignore[arg-type]


@SOME
@given(models(), st.integers(2, 4), st.integers(0, 3))
def test_all_that_can_be_is_covered_and_nothing_else(
    model: tuple[tuple[int, ...], list[Rule]], strength: int, seed: int
) -> None:
    domains, forbidden = model
    possible = allowed(domains, forbidden)
    if not possible:
        with pytest.raises(NoRowError):
            few(domains, strength, forbidden)
        return
    rows = few(domains, strength, forbidden, seed=seed)
    every = range(len(domains))
    assert set(rows) <= set(possible)
    assert len(set(rows)) == len(rows)
    assert wanted(rows, every, strength) == wanted(possible, every, strength)
    assert rows == few(domains, strength, forbidden, seed=seed)
    assert faults(domains, forbidden, rows, min(strength, len(domains))) == []


@SOME
@given(models(), st.data())
def test_what_is_required_is_there_and_first(
    model: tuple[tuple[int, ...], list[Rule]], data: st.DataObject
) -> None:
    domains, forbidden = model
    possible = allowed(domains, forbidden)
    assume(possible)
    columns = st.sets(st.integers(0, len(domains) - 1))
    part = st.builds(
        lambda row, columns: {at: row[at] for at in columns}, st.sampled_from(possible), columns
    )
    required = data.draw(st.lists(part, max_size=5))
    rows = few(domains, 2, forbidden, required=required)
    assert all(any(has(row, part) for row in rows[: len(required)]) for part in required)
    assert len(set(rows)) == len(rows)
    assert wanted(rows, range(len(domains)), 2) == wanted(possible, range(len(domains)), 2)


@FEW
@given(models(), st.sets(st.integers(0, 4), min_size=3), st.integers(3, 4))
def test_some_columns_are_covered_more_strongly(
    model: tuple[tuple[int, ...], list[Rule]], chosen: set[int], strength: int
) -> None:
    domains, forbidden = model
    possible = allowed(domains, forbidden)
    inside = sorted(at for at in chosen if at < len(domains))
    assume(possible and inside)
    rows = few(domains, 2, forbidden, stronger={tuple(inside): strength})
    assert set(rows) <= set(possible)
    assert wanted(rows, inside, strength) == wanted(possible, inside, strength)
    assert wanted(rows, range(len(domains)), 2) == wanted(possible, range(len(domains)), 2)


@FEW
@given(models(), st.data())
def test_yesterdays_rows_stay_unless_they_can_not_be(
    model: tuple[tuple[int, ...], list[Rule]], data: st.DataObject
) -> None:
    domains, forbidden = model
    assume(allowed(domains, forbidden))
    old = few(domains, 2, forbidden)
    wider = (*(size + data.draw(st.integers(0, 1)) for size in domains), 2)
    learnt = data.draw(st.sampled_from([{}, {0: old[0][0]}, {len(wider) - 1: 1}]))
    rules = [*forbidden, learnt] if learnt else forbidden
    possible = allowed(wider, rules)
    assume(possible)
    rows = extend(old, wider, 2, rules, budget_seconds=inf, budget_steps=200)
    still = [row for row in old if any(one[: len(row)] == row for one in possible)]
    assert [row[: len(domains)] for row in rows[: len(still)]] == still
    assert wanted(rows, range(len(wider)), 2) == wanted(possible, range(len(wider)), 2)


@FEW
@given(models())
def test_what_can_not_be_is_learnt_row_by_row(
    model: tuple[tuple[int, ...], list[Rule]],
) -> None:
    """The rules are hidden: each row is told what of it can not be, if anything."""
    domains, hidden = model
    search = Learning(domains, budget_seconds=inf, budget_steps=50)
    asked: set[Row] = set()
    while rows := search.propose():
        row = rows[0]
        assert row not in asked
        asked.add(row)
        search.tell(row, next((rule for rule in hidden if has(row, rule)), None))
    possible = allowed(domains, hidden)
    every = range(len(domains))
    assert wanted(search.rows, every, 2) == wanted(possible, every, 2)
    assert all(rule in hidden for rule in search.learnt)


@SOME
@given(models())
def test_another_order_of_columns_is_covered_as_well(
    model: tuple[tuple[int, ...], list[Rule]],
) -> None:
    domains, forbidden = model
    assume(allowed(domains, forbidden))
    turned = [{len(domains) - 1 - at: v for at, v in rule.items()} for rule in forbidden]
    there, back = few(domains, 2, forbidden), few(domains[::-1], 2, turned)
    assert wanted([row[::-1] for row in back], range(len(domains)), 2) == wanted(
        there, range(len(domains)), 2
    )
