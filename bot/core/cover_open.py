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
        self._parts = [(one.strength, one.columns, _all(space, one)) for one in demands]
        self._keys = [[*open_] for _, _, open_ in self._parts]

    def gain(self, item: int, row: int) -> int:
        """Return how much `item` would cover in a row (each tuple `strength` - 1 times)."""
        found = 0
        bit = 1 << item
        for strength, columns, open_ in self._parts:
            if strength == 2:  # noqa: PLR2004 - pairs: the key is the item itself
                found += (open_.get(bit, 0) & row).bit_count()
            elif bit & columns:
                found += sum(
                    (open_.get(key, 0) & row).bit_count()
                    for key in _keys(row & columns & ~bit, strength - 2, bit)
                )
        return found

    def worth(self, row: int) -> int:
        """Return how much a row covers that is open (each tuple `strength` times)."""
        return sum(
            (open_.get(key, 0) & row).bit_count()
            for strength, columns, open_ in self._parts
            for key in _keys(row & columns, strength - 1)
        )

    def cover(self, row: int) -> None:
        """Take what `row` covers away."""
        for strength, columns, open_ in self._parts:
            for key in _keys(row & columns, strength - 1):
                left = open_.get(key)
                if left:
                    open_[key] = left & ~row

    def head(self, random: Random) -> int:
        """Return a tuple, as bits, that is open and that much else is open of; 0 at the end."""
        for (_, _, open_), keys in zip(self._parts, self._keys, strict=True):
            best = (0, 0.0, 0)
            looks = 0
            while keys and looks < _LOOKS:
                at = int(random.random() * len(keys))
                key = keys[at]
                if not open_[key]:
                    keys[at] = keys[-1]
                    keys.pop()
                    continue
                looks += 1
                best = max(best, (open_[key].bit_count(), random.random(), key))
            if best[0]:
                others = [*items_of(open_[best[2]])]
                return best[2] | 1 << others[int(random.random() * len(others))]
        return 0

    def drop(self, tuple_: int) -> None:
        """Take away a tuple that no whole row has."""
        for strength, _, open_ in self._parts:
            if tuple_.bit_count() == strength:
                for item in items_of(tuple_):
                    key = tuple_ & ~(1 << item)
                    open_[key] = open_.get(key, 0) & ~(1 << item)


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
