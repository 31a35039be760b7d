"""What a covering array has still to cover while its rows are made one by one.

Tuples are kept by all of their items but one: the key is those items as bits, and under it stand,
as bits, the items that each make a tuple with them. So one intersection tells how many tuples a
value adds to a row. A tuple that no whole row has is dropped when its turn comes.

>>> still = Open(Space((2, 2)), [Demand(columns=0b1111, strength=2)])
>>> still.gain(0, 0b0101), still.gain(0, 0b1001)
(1, 1)
>>> still.cover(0b0101)
>>> still.gain(0, 0b0101), still.gain(0, 0b1001)
(0, 1)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random

from bot.core.cover_space import Space, items_of
from bot.core.cover_threes import Threes

_TRIPLE = 3
_LOOKS = 24  # keys that are looked at for the one that most is open of


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Every tuple of `strength` items of the columns in `columns` (their items, as bits)."""

    columns: int
    strength: int


class Open:
    """The tuples that are open, of each demand; what `space` has apart is never among them."""

    def __init__(self, space: Space, demands: list[Demand]) -> None:
        self.space = space
        self._parts: list[_Keyed | Threes] = [
            Threes(space, one.columns) if one.strength == _TRIPLE else _Keyed(space, one)
            for one in demands
        ]

    def gain(self, item: int, row: int) -> int:
        """Return how much `item` would cover in a row (each tuple `strength` - 1 times)."""
        return sum([part.gain(item, row) for part in self._parts])

    def worth(self, row: int) -> int:
        """Return how much a row covers that is open (each tuple `strength` times)."""
        return sum(part.worth(row) for part in self._parts)

    def cover(self, row: int) -> None:
        """Take what `row` covers away."""
        for part in self._parts:
            part.cover(row)

    def head(self, random: Random) -> int:
        """Return a tuple, as bits, that is open and that much else is open of; 0 at the end."""
        return next((head for part in self._parts if (head := part.head(random))), 0)

    def drop(self, tuple_: int) -> None:
        """Take away a tuple that no whole row has."""
        for part in self._parts:
            part.drop(tuple_)


class _Keyed:
    """The open tuples of one demand, of any strength."""

    def __init__(self, space: Space, demand: Demand) -> None:
        self._strength, self._columns = demand.strength, demand.columns
        self._open = _all(space, demand)
        self._left = [*self._open]

    def gain(self, item: int, row: int) -> int:
        bit = 1 << item
        if self._strength == 2:  # noqa: PLR2004 - pairs: the key is the item itself
            return (self._open.get(bit, 0) & row).bit_count()
        if not bit & self._columns:
            return 0
        return sum(
            (self._open.get(key, 0) & row).bit_count()
            for key in _keys(row & self._columns & ~bit, self._strength - 2, bit)
        )

    def worth(self, row: int) -> int:
        return sum(
            (self._open.get(key, 0) & row).bit_count()
            for key in _keys(row & self._columns, self._strength - 1)
        )

    def cover(self, row: int) -> None:
        for key in _keys(row & self._columns, self._strength - 1):
            left = self._open.get(key)
            if left:
                self._open[key] = left & ~row

    def head(self, random: Random) -> int:
        best = (0, 0.0, 0)
        looks, keys = 0, self._left
        while keys and looks < _LOOKS:
            at = int(random.random() * len(keys))
            key = keys[at]
            if not self._open[key]:
                keys[at] = keys[-1]
                keys.pop()
                continue
            looks += 1
            best = max(best, (self._open[key].bit_count(), random.random(), key))
        if not best[0]:
            return 0
        others = [*items_of(self._open[best[2]])]
        return best[2] | 1 << others[int(random.random() * len(others))]

    def drop(self, tuple_: int) -> None:
        if tuple_.bit_count() == self._strength:
            for item in items_of(tuple_):
                key = tuple_ & ~(1 << item)
                self._open[key] = self._open.get(key, 0) & ~(1 << item)


def _keys(row: int, size: int, start: int = 0) -> Iterator[int]:
    """Yield each choice of `size` items of a row, as bits, with `start` in it."""
    bits = [1 << item for item in items_of(row)]
    if size == 1:
        return iter([start | bit for bit in bits])
    return (sum(some, start) for some in combinations(bits, size))


def _all(space: Space, demand: Demand) -> dict[int, int]:
    """Return the tuples of a demand: those of which no two items are apart."""
    apart = space.apart
    inside = demand.columns & space.alive
    level = {1 << item: inside & ~apart[item] & ~(1 << item) for item in items_of(inside)}
    for _ in range(demand.strength - 2):
        level = {
            key | 1 << item: left & ~apart[item] & ~(1 << item)
            for key, left in level.items()
            for item in items_of(left >> key.bit_length() << key.bit_length())
        }
    return level
