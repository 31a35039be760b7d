"""Repair of an array that covers pairs: all counting is a few operations on whole rows.

What some other row covers together with an item is the union of the rows that have the item; what
two of them cover is gathered on the way, and so what only one does is known. No table is kept.

>>> space = Space((2, 2, 2))
>>> rows = [0b010101, 0b101001, 0b100110, 0b011010, 0b101010]
>>> repair = Pairs(space, rows, [0] * 5, Random(1))
>>> repair.shrink(), len(repair.open), len(repair.rows)
(True, 0, 4)
"""

from __future__ import annotations

from random import Random

from bot.core.cover_repair import Move, Repair
from bot.core.cover_space import Space, items_of

__all__ = ["Pairs", "Random", "Space"]


class Pairs(Repair):
    """Repair where every pair of values is to be covered, and no more."""

    def _index(self) -> None:
        self._having: list[list[int]] = [[] for _ in range(self.space.items)]
        self._without = [0] * self.space.items  # the items that an item is in no row with
        for at, cells in enumerate(self._cells):
            for item in cells:
                self._having[item].append(at)

    def _single(self, item: int) -> int:
        """Return the items that exactly one row has together with `item`."""
        rows, once, twice = self.rows, 0, 0
        for at in self._having[item]:
            row = rows[at]
            twice |= once & row
            once |= row
        return once & ~twice & ~(1 << item)

    def _costs(self, may: list[int]) -> list[tuple[int, int]]:
        single = [self._single(item) for item in range(self.space.items)]
        return [
            (sum((single[item] & self.rows[at]).bit_count() for item in self._cells[at]), at)
            for at in may
        ]

    def _alone(self, at: int) -> set[int]:
        return {
            1 << item | 1 << other
            for item in self._cells[at]
            for other in items_of(self._single(item) & self.rows[at])
        }

    def _note(self, tuple_: int) -> None:
        for item in items_of(tuple_):
            self._without[item] |= tuple_ & ~(1 << item)
        self._opened(tuple_)

    def _put_out(self, at: int, item: int) -> None:
        bit = 1 << item
        lost = self._single(item) & self.rows[at]
        self.rows[at] ^= bit
        self._having[item].remove(at)
        if lost:
            self._without[item] |= lost
            for other in items_of(lost):
                self._without[other] |= bit
                self._opened(bit | 1 << other)

    def _put_in(self, at: int, item: int) -> None:
        bit = 1 << item
        got = self._without[item] & self.rows[at]
        self.rows[at] |= bit
        self._having[item].append(at)
        if got:
            self._without[item] ^= got
            for other in items_of(got):
                self._without[other] ^= bit
                self._closed(bit | 1 << other)

    def _moves(self, tuple_: int, before: int) -> list[Move]:
        one, other = items_of(tuple_)
        return self._into(one, other, before) + self._into(other, one, before)

    def _into(self, item: int, other: int, before: int) -> list[Move]:
        """Return the changes that put `item` into a row that has `other`."""
        column = self.space.column[item]
        beside, longer, without = self._beside[item], self.space.longer[item], self._without[item]
        single: dict[int, int] = {}
        found = []
        for at in self._having[other]:
            row, last, old = self.rows[at], self._set_at[at][column], self._cells[at][column]
            if last > before or beside & row or self.fixed[at] >> old & 1:
                continue
            if longer and not all(rest & ~row for rest in longer):
                continue
            if old not in single:
                single[old] = self._single(old)
            gain = (without & row).bit_count() - (single[old] & row).bit_count()
            found.append((gain, -last, at, item))
        return found
