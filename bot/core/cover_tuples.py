"""Repair of an array that covers tuples of any size, each demand's in its own columns.

Which rows have an item is kept as bits; the rows that have a tuple are the intersection, and a
tuple is covered by one row alone when a single bit is left of it.

>>> space = Space((2, 2, 2))
>>> rows = [0b010101, 0b101001, 0b100110, 0b011010, 0b101010]
>>> repair = Tuples(space, rows, [0] * 5, Random(1), [Demand(columns=0b111111, strength=2)])
>>> repair.shrink(), len(repair.open), len(repair.rows)
(True, 0, 4)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from random import Random

from bot.core.cover_open import Demand
from bot.core.cover_repair import Move, Repair
from bot.core.cover_space import Space, items_of

_MOST = 16  # moves that are weighed for one tuple
_LAST = 6  # rows that are weighed to go, the last ones and as many others
_LOOKS = 200_000  # tuples that are looked at for that; the rows become fewer


class Tuples(Repair):
    """Repair where what is to be covered is told by demands."""

    def __init__(
        self,
        space: Space,
        rows: Sequence[int],
        fixed: Sequence[int],
        random: Random,
        demands: Sequence[Demand],
    ) -> None:
        self._demands = demands
        super().__init__(space, rows, fixed, random)

    def _index(self) -> None:
        self._having = [0] * self.space.items
        self._with: list[set[int]] = [set() for _ in range(self.space.items)]  # open, by item
        for at, cells in enumerate(self._cells):
            for item in cells:
                self._having[item] |= 1 << at

    def _costs(self, may: list[int]) -> list[tuple[int, int]]:
        """Weigh some by chance and the last ones, which were added for little."""
        some = max(1, min(_LAST, _LOOKS // self._looks()))
        chosen = sorted({*may[-some:], *(self._any(may) for _ in range(some))})
        return [(self._cost(at), at) for at in chosen]

    def _looks(self) -> int:
        """Return how many tuples are looked at to weigh a row."""
        return sum(
            comb((self.rows[0] & demand.columns).bit_count(), demand.strength)
            for demand in self._demands
        )

    def _cost(self, at: int) -> int:
        return len(self._alone(at))

    def _alone(self, at: int) -> set[int]:
        found: list[int] = []
        for demand in self._demands:
            items = items_of(self.rows[at] & demand.columns)
            others = [(1 << one, self._having[one]) for one in items]
            _alone(-1, 0, others, demand.strength, 1 << at, found)
        return {*found}

    def _lost(self, at: int, item: int) -> list[int]:
        """Return the tuples with `item` that only row `at` covers."""
        found: list[int] = []
        row, having = self.rows[at] & ~(1 << item), self._having
        for demand in self._demands:
            if demand.columns >> item & 1:
                others = [(1 << one, having[one]) for one in items_of(row & demand.columns)]
                _alone(having[item], 1 << item, others, demand.strength - 1, 1 << at, found)
        return found

    def _loss(self, at: int, item: int) -> int:
        return len(self._lost(at, item))

    def _note(self, tuple_: int) -> None:
        if tuple_ not in self._at:
            for item in items_of(tuple_):
                self._with[item].add(tuple_)
            self._opened(tuple_)

    def _put_out(self, at: int, item: int) -> None:
        for tuple_ in self._lost(at, item):
            self._note(tuple_)
        self.rows[at] ^= 1 << item
        self._having[item] ^= 1 << at

    def _put_in(self, at: int, item: int) -> None:
        self.rows[at] |= 1 << item
        self._having[item] |= 1 << at
        row = self.rows[at]
        for tuple_ in [one for one in self._with[item] if not one & ~row]:
            self._close(tuple_)

    def _close(self, tuple_: int) -> None:
        for one in items_of(tuple_):
            self._with[one].discard(tuple_)
        self._closed(tuple_)

    def _moves(self, tuple_: int, before: int) -> list[Move]:
        ways = [
            (at, item) for item in items_of(tuple_) for at in self._lacking(tuple_, item, before)
        ]
        while len(ways) > _MOST:
            ways[int(self.random.random() * len(ways))] = ways[-1]
            ways.pop()
        return [self._weighed(at, item) for at, item in ways]

    def _lacking(self, tuple_: int, item: int, before: int) -> list[int]:
        """Return the rows that have all of a tuple but `item`, and may have it."""
        column, longer = self.space.column[item], self.space.longer[item]
        rows = (1 << len(self.rows)) - 1
        for other in items_of(tuple_ & ~(1 << item)):
            rows &= self._having[other]
        return [
            at
            for at in items_of(rows)
            if self._set_at[at][column] <= before
            and not self._beside[item] & self.rows[at]
            and not self.fixed[at] >> self._cells[at][column] & 1
            and all(rest & ~self.rows[at] for rest in longer)
        ]

    def _weighed(self, at: int, item: int) -> Move:
        column = self.space.column[item]
        row = self.rows[at] | 1 << item
        gain = sum(not one & ~row for one in self._with[item])
        return gain - self._loss(at, self._cells[at][column]), -self._set_at[at][column], at, item


def _alone(
    rows: int, head: int, others: Sequence[tuple[int, int]], left: int, row: int, found: list[int]
) -> None:
    """Add to `found` what of `others` makes with `head`, by `left` more, a tuple of `row` alone."""
    if left == 1:
        found += [head | bit for bit, having in others if rows & having == row]
        return
    for at, (bit, having) in enumerate(others):
        _alone(rows & having, head | bit, others[at + 1 :], left - 1, row, found)
