"""The space that rows of a covering array are taken from: what may stand together, and what not.

Every value of every column is an item with a number; a set of items, and so a row, is an integer
with a bit for each. What is forbidden is closed by complete search: two items that no whole row
has together are apart, however long the chain of reasons.

>>> space = Space((2, 2, 2), [{0: 0, 1: 0}, {1: 1, 2: 1}])
>>> space.values(space.complete(space.bits({0: 0})))
(0, 1, 0)
>>> space.complete(space.bits({0: 0, 2: 1}))
0
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate


def items_of(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, the lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


class Space:
    """Columns, items and what is forbidden of them.

    `columns` holds the items of each column, as bits; `column` the column of each item; `apart`
    what can not stand beside an item (its own column's others too); `longer` the forbidden sets
    of three and more that an item is in, less itself; `alive` what stands in some whole row.
    """

    def __init__(self, domains: Sequence[int], forbidden: Sequence[Mapping[int, int]] = ()) -> None:
        self.domains = tuple(domains)
        self.first = (0, *accumulate(self.domains))
        self.items = self.first[-1]
        self.columns = [((1 << n) - 1) << at for n, at in zip(domains, self.first, strict=False)]
        self.column = [c for c, size in enumerate(domains) for _ in range(size)]
        self.apart = [self.columns[c] & ~(1 << a) for a, c in enumerate(self.column)]
        self.alive = (1 << self.items) - 1
        self.longer: list[list[int]] = [[] for _ in range(self.items)]
        self.group = list(range(len(self.domains)))
        for bits in _least([self.bits(one) for one in forbidden]):
            self._forbid(bits)
        self.groups = self._groups()
        self.tight = [c for group in self.groups for c in group]
        self._close()

    def bits(self, partial: Mapping[int, int]) -> int:
        """Return a partial row as bits."""
        return sum(1 << self.first[column] + value for column, value in partial.items())

    def living(self, column: int) -> list[int]:
        """Return the items of a column that stand in some whole row."""
        return [*items_of(self.columns[column] & self.alive)]

    def values(self, row: int) -> tuple[int, ...]:
        """Return a whole row as its values."""
        return tuple(
            (row >> at & (1 << size) - 1).bit_length() - 1
            for size, at in zip(self.domains, self.first, strict=False)
        )

    def allows(self, row: int) -> bool:
        """Whether nothing forbidden stands in a row or a part of one, whatever its rest may be."""
        return (
            all(
                not self.apart[a] & row and all(rest & ~row for rest in self.longer[a])
                for a in items_of(row)
            )
            and not row & ~self.alive
        )

    def complete(self, given: int, wish: int = 0) -> int:
        """Return a whole row with `given` in it, and of `wish` what fits; 0 where there is none."""
        row = self._search(given, wish, self.tight)
        if row is None:
            return 0
        for mask in self.columns:
            if not mask & row:
                left = mask & self.alive
                if not left:
                    return 0
                some = left & wish or left
                row |= some & -some
        return row

    def _search(self, given: int, wish: int, tight: Sequence[int]) -> int | None:
        """Choose for the columns of `tight`; None where that is not possible."""
        masks = [self.columns[c] for c in tight]
        stack = [(0, self.alive, given)]
        while stack:
            state = self._propagate(*stack.pop(), masks)
            if state is None:
                continue
            chosen, alive = state
            open_ = [alive & mask for mask in masks if not mask & chosen]
            if not open_:
                return chosen
            left = min(open_, key=int.bit_count)
            first, rest = [*items_of(left & ~wish)], [*items_of(left & wish)]
            stack += [
                (chosen, alive & ~left | 1 << item, 1 << item) for item in first[::-1] + rest[::-1]
            ]
        return None

    def _propagate(
        self, chosen: int, alive: int, new: int, masks: Sequence[int]
    ) -> tuple[int, int] | None:
        """Choose `new` and all that follows of it; None where something has no place."""
        while new:
            bit = new & -new
            new ^= bit
            item = bit.bit_length() - 1
            if not alive & bit or any(not rest & ~chosen for rest in self.longer[item]):
                return None
            chosen |= bit
            alive &= ~self.apart[item]
            for rest in self.longer[item]:
                last = rest & ~chosen
                if not last & (last - 1):
                    alive &= ~last
            if not new:
                lefts = [left for mask in masks if not (left := alive & mask) & (left - 1)]
                if not all(lefts):
                    return None
                new = sum(left for left in lefts if not left & chosen)
        return chosen, alive

    def _forbid(self, bits: int) -> None:
        items = [*items_of(bits)]
        if len(items) == 1:
            self.alive &= ~bits
            return
        for item in items:
            if len(items) == 2:  # noqa: PLR2004 - a pair
                self.apart[item] |= bits & ~(1 << item)
            else:
                self.longer[item].append(bits & ~(1 << item))
        into = self.group[self.column[items[0]]]
        old = {self.group[self.column[item]] for item in items}
        self.group = [into if one in old else one for one in self.group]

    def _groups(self) -> list[list[int]]:
        """The columns that what is forbidden binds together."""
        found: dict[int, list[int]] = {}
        for column, group in enumerate(self.group):
            found.setdefault(group, []).append(column)
        return [group for group in found.values() if len(group) > 1]

    def _close(self) -> None:
        """Find the items that stand in no row, and then the pairs."""
        for group in self.groups:
            inside = sum(self.columns[c] for c in group)
            seen = [0] * self.items
            for item in items_of(inside & self.alive):
                self._see(seen, 1 << item, inside, group)
            dead = sum(1 << item for item in items_of(inside) if not seen[item])
            self.alive &= ~dead
            for item in items_of(inside & ~dead):
                for other in items_of(inside & ~dead & ~seen[item] & ~self.apart[item]):
                    if not seen[item] >> other & 1:
                        self._see(seen, 1 << item | 1 << other, inside, group)
                self.apart[item] |= inside & ~seen[item]
            for item in items_of(dead):
                self.apart[item] = inside

    def _see(self, seen: list[int], given: int, inside: int, group: Sequence[int]) -> None:
        """Note every pair of a row with `given`, and try to see much that was not seen yet."""
        if given & (given - 1) == 0 and seen[given.bit_length() - 1]:
            return
        wish = inside
        for item in items_of(given):
            wish &= ~seen[item]
        row = self._search(given, wish, group)
        for item in items_of(row or 0):
            seen[item] |= row or 0


def _least(sets: Sequence[int]) -> list[int]:
    """The sets that contain no other one of them."""
    kept: list[int] = []
    for bits in sorted(set(sets), key=lambda one: (one.bit_count(), one)):
        if all(small & ~bits for small in kept):
            kept.append(bits)
    return kept
