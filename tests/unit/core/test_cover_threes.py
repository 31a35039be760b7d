from __future__ import annotations

from itertools import combinations
from random import Random

from bot.core.cover_open import Demand, Open
from bot.core.cover_space import Space
from bot.core.cover_threes import Threes

SPACE = Space((2, 2, 3, 2), [{0: 0, 1: 0}])
ALL = (1 << SPACE.items) - 1
ROW = SPACE.bits({0: 0, 1: 1, 2: 2, 3: 1})


def test_what_is_open_is_counted_by_pairs_and_by_rows() -> None:
    still = Threes(SPACE, ALL)
    assert still.worth(ROW) == 4 * 3
    assert still.gain(SPACE.first[1] + 1, ROW) == 3 * 2
    assert still.gain(SPACE.first[1], ROW) == 1 * 2  # 0, 0 is forbidden: one triple is left
    still.cover(ROW)
    assert still.worth(ROW) == 0
    assert still.worth(SPACE.bits({0: 0, 1: 1, 2: 1, 3: 1})) == 3 * 3


def test_heads_are_open_until_all_is_covered_or_dropped() -> None:
    still, random = Threes(SPACE, ALL), Random(1)
    met = set()
    while head := still.head(random):
        assert head.bit_count() == 3
        assert still.worth(head) == 3
        met.add(head)
        still.drop(head)
        assert still.worth(head) == 0
    every = {
        1 << a | 1 << b | 1 << c
        for a, b, c in combinations(range(SPACE.items), 3)
        if not any(SPACE.apart[x] >> y & 1 for x, y in ((a, b), (a, c), (b, c)))
    }
    assert met == every


def test_other_columns_and_other_tuples_do_not_count() -> None:
    inside = ALL & ~SPACE.columns[3]
    still = Threes(SPACE, inside)
    assert still.worth(ROW) == 3
    assert still.gain(SPACE.first[3], ROW) == 0
    still.drop(ROW)
    assert still.worth(ROW) == 3


def test_a_tuple_is_dropped_where_its_size_is_asked_for() -> None:
    still = Open(SPACE, [Demand(columns=ALL, strength=size) for size in (2, 3, 4)])
    before = still.worth(ROW)
    assert before == 6 * 2 + 4 * 3 + 1 * 4
    still.drop(SPACE.bits({0: 0, 1: 1}))
    assert still.worth(ROW) == before - 2
    still.drop(SPACE.bits({0: 0, 1: 1, 2: 2}))
    assert still.worth(ROW) == before - 2 - 3
    still.drop(ROW)
    assert still.worth(ROW) == before - 2 - 3 - 4
