"""Repair of an array that covers triples of all columns: what one row alone covers is kept.

For each two items stand, as bits, the items that exactly one row has together with both. So what
a row would lose with a value is a sum over its cells. When a value comes, what is kept tells
what changes; when one goes, the rows that still have it are gathered once more, each as the one
integer of all its pairs.

>>> space = Space((2, 2, 2, 2))
>>> rows = [space.bits({0: 0, 1: 0, 2: 0, 3: 0}), space.bits({0: 1, 1: 0, 2: 0, 3: 0})]
>>> repair = Triples(space, rows, [0] * 2, Random(1), [Demand(columns=255, strength=3)])
>>> repair.shrink(), len(repair.open), len(repair.rows)
(True, 3, 1)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

from bot.core.cover_open import Demand
from bot.core.cover_space import Space, items_of
from bot.core.cover_tuples import Tuples

__all__ = ["Demand", "Random", "Space", "Triples"]

_REST = 6  # steps, at most, for which a value that was set is let alone
_SET = re.compile(rb"[^\0]")
_BITS = [[at for at in range(8) if byte >> at & 1] for byte in range(256)]


class Triples(Tuples):
    """Repair where every triple of values is to be covered, and no more."""

    def __init__(
        self,
        space: Space,
        rows: Sequence[int],
        fixed: Sequence[int],
        random: Random,
        demands: Sequence[Demand],
    ) -> None:
        super().__init__(space, rows, fixed, random, demands)
        self._places = [item * (item + 1) // 2 for item in range(space.items + 1)]
        self._named = [(one, two) for one in range(space.items) for two in range(one + 1)]
        self._starts = [sum(1 << self._places[item] for item in cells) for cells in self._cells]
        self._pairs = [
            sum((row & (1 << item) - 1) << self._places[item] for item in cells)
            for row, cells in zip(self.rows, self._cells, strict=True)
        ]
        self._single = [[0] * space.items for _ in range(space.items)]
        for item in range(space.items):
            self._mark(item, self._once(item))

    def _near(self, at: int, item: int) -> int:
        """Return the pairs of `item` with what else row `at` has."""
        low, above = (1 << item) - 1, self._places[item + 1]
        upper = self._starts[at] >> above << above
        return (self.rows[at] & low) << self._places[item] | upper << item

    def _once(self, item: int) -> int:
        """Return the pairs that exactly one row has together with `item`; its own count too."""
        once = twice = 0
        for pairs in [self._pairs[at] for at in items_of(self._having[item])]:
            twice |= once & pairs
            once |= pairs
        return once & ~twice

    def _items(self, pairs: int) -> Iterator[tuple[int, int]]:
        """Yield pairs that are given as bits; few of many are set."""
        for found in _SET.finditer(pairs.to_bytes(pairs.bit_length() // 8 + 1, "little")):
            for at in _BITS[found[0][0]]:
                yield self._named[found.start() * 8 + at]

    def _mark(self, item: int, pairs: int) -> None:
        single = self._single[item]
        for one, other in self._items(pairs):
            if one != item != other:
                single[one] |= 1 << other
                single[other] |= 1 << one

    def _rest(self) -> int:
        """Return one number of steps or another: with one for all, a search goes in circles."""
        return 1 + int(self.random.random() * _REST)

    def _looks(self) -> int:
        return len(self.space.columns) ** 2

    def _cost(self, at: int) -> int:
        return sum(self._loss(at, item) for item in self._cells[at])

    def _loss(self, at: int, item: int) -> int:
        row, single = self.rows[at], self._single[item]
        return sum([(single[other] & row).bit_count() for other in self._cells[at]]) // 2

    def _alone(self, at: int) -> set[int]:
        row, cells = self.rows[at], self._cells[at]
        return {
            1 << one | 1 << other | 1 << third
            for place, one in enumerate(cells)
            for other in cells[:place]
            for third in items_of(self._single[one][other] & row & (1 << other) - 1)
        }

    def _drop(self, at: int) -> None:
        row, cells = self.rows[at], self._cells[at]
        pairs = self._pairs.pop(at)
        del self._starts[at]
        super()._drop(at)
        for item in cells:
            single = self._single[item]
            for other in cells:
                single[other] &= ~row
            self._mark(item, self._once(item) & pairs)

    def _put_out(self, at: int, item: int) -> None:
        bit, place = 1 << item, 1 << self._places[item]
        self.rows[at] ^= bit
        self._having[item] ^= 1 << at
        self._pairs[at] ^= self._near(at, item)
        self._starts[at] ^= place
        for one, other in self._cleared(at, item):
            self._note(bit | 1 << one | 1 << other)
        for one, other in self._items(self._once(item) & self._pairs[at]):
            self._alone_now((item, one, other))

    def _put_in(self, at: int, item: int) -> None:
        self._cleared(at, item)
        self._pairs[at] |= self._near(at, item)
        self._starts[at] |= 1 << self._places[item]
        super()._put_in(at, item)

    def _cleared(self, at: int, item: int) -> list[tuple[int, int]]:
        """Keep no more that `item` is alone with what row `at` has; return those pairs."""
        row, single, found = self.rows[at], self._single, []
        mine = single[item]
        for one in [one for one in self._cells[at] if mine[one] & row and row >> one & 1]:
            both = mine[one] & row
            mine[one] ^= both
            single[one][item] ^= both
            for other in items_of(both):
                single[one][other] ^= 1 << item
                if other < one:
                    found.append((one, other))
        return found

    def _close(self, tuple_: int) -> None:
        super()._close(tuple_)
        self._alone_now([*items_of(tuple_)])

    def _alone_now(self, items: Sequence[int]) -> None:
        """Keep that one row alone has these three."""
        one, other, third = items
        for a, b, c in ((one, other, third), (other, third, one), (third, one, other)):
            self._single[a][b] |= 1 << c
            self._single[b][a] |= 1 << c
