from __future__ import annotations

from math import inf

import pytest

from bot.core.cover_learn import Learning


def test_what_stood_stays_and_what_was_learnt_holds() -> None:
    search = Learning((3, 3, 3), budget_seconds=inf, budget_steps=200)
    first = search.propose()
    search.tell(first[0])
    search.tell(first[1], {0: first[1][0], 1: first[1][1]})
    later = search.propose()
    assert first[0] not in later
    assert all(row[:2] != first[1][:2] for row in later)
    assert search.rows == (first[0],)
    assert search.learnt == ({0: first[1][0], 1: first[1][1]},)


def test_a_required_row_that_can_not_be_is_left_out() -> None:
    search = Learning((2, 2), required=[{0: 1}], budget_seconds=inf)
    assert search.propose()[0][0] == 1
    search.tell((1, 0), {0: 1})
    assert {row[0] for row in search.propose()} == {0}


def test_nothing_is_proposed_where_nothing_can_be() -> None:
    search = Learning((1, 1), budget_seconds=inf)
    search.tell((0, 0), {1: 0})
    assert search.propose() == ()


def test_a_conflict_is_a_part_of_its_row_and_of_none_that_stood() -> None:
    search = Learning((2, 2), budget_seconds=inf)
    with pytest.raises(ValueError, match="is not a part of row"):
        search.tell((0, 0), {0: 1})
    with pytest.raises(ValueError, match="is not a part of row"):
        search.tell((0, 0), {2: 0})
    with pytest.raises(ValueError, match="is not a part of row"):
        search.tell((0, 0), {})
    search.tell((0, 1))
    with pytest.raises(ValueError, match=r"stands in row \(0, 1\), which stood"):
        search.tell((0, 0), {0: 0})


def test_what_is_asked_wrongly_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="strength 1"):
        Learning((2, 2), 1)
