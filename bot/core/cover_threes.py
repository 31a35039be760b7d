"""Which triples a covering array has still to cover, by each two of their items.

Under an item stands, for each other one that anything is open of, what makes a triple with both,
as bits. What is covered goes from there, so that the last rows, for which little is left, look
at little.

>>> from bot.core.cover_space import Space
>>> still = Threes(Space((2, 2, 2)), 0b111111)
>>> still.worth(0b010101), still.gain(0, 0b010100)
(3, 2)
>>> still.cover(0b010101)
>>> still.worth(0b010101), still.worth(0b100101)
(0, 3)
"""

from __future__ import annotations

from random import Random

from bot.core.cover_space import Space, items_of

_LOOKS = 24  # pairs that are looked at for the one that most is open of


class Threes:
    """The open triples of the columns whose items are `columns`, as bits."""

    def __init__(self, space: Space, columns: int) -> None:
        inside = columns & space.alive
        free = [inside & ~near & ~(1 << item) for item, near in enumerate(space.apart)]
        self._open = [
            {1 << other: left for other in items_of(inside & mine) if (left := mine & free[other])}
            if inside >> item & 1
            else {}
            for item, mine in enumerate(free)
        ]
        self._pairs = [
            (item, its) for item, some in enumerate(self._open) for its in some if its >> item
        ]

    def gain(self, item: int, row: int) -> int:
        """Return how much `item` would cover in a row, each triple twice."""
        return sum(
            [(left & row).bit_count() for its, left in self._open[item].items() if its & row]
        )

    def worth(self, row: int) -> int:
        """Return how much a row covers that is open, each triple three times."""
        return sum(self.gain(item, row) for item in items_of(row)) // 2

    def cover(self, row: int) -> None:
        """Take what `row` covers away."""
        for item in items_of(row):
            some = self._open[item]
            for its, left in [one for one in some.items() if one[0] & row and one[1] & row]:
                if left & ~row:
                    some[its] = left & ~row
                else:
                    del some[its]

    def head(self, random: Random) -> int:
        """Return an open triple, as bits, whose first two much is open of; 0 where none is."""
        best = (0, 0.0, 0, 0)
        looks, pairs = 0, self._pairs
        while pairs and looks < _LOOKS:
            at = int(random.random() * len(pairs))
            item, its = pairs[at]
            left = self._open[item].get(its)
            if left is None:
                pairs[at] = pairs[-1]
                pairs.pop()
                continue
            looks += 1
            best = max(best, (left.bit_count(), random.random(), 1 << item | its, left))
        if not best[0]:
            return 0
        thirds = [*items_of(best[3])]
        return best[2] | 1 << thirds[int(random.random() * len(thirds))]

    def drop(self, triple: int) -> None:
        """Take away a triple that no whole row has; of other tuples nothing is open here."""
        if triple.bit_count() == 3:  # noqa: PLR2004 - it has three items
            for item in items_of(triple):
                some = self._open[item]
                for its in (1 << other for other in items_of(triple & ~(1 << item))):
                    if left := some.get(its, 0) & ~triple:
                        some[its] = left
                    else:
                        some.pop(its, None)
