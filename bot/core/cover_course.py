"""The course of a search for a small covering array: where it starts, and how it goes on.

First rows are grown one by one; they are a whole array, and from then on every array that is
found is better than the last. Then rows are taken away one at a time. Where a theorem gives
an array for much of the space, the search starts from that too, and the best start goes on.
Nothing in the course depends on the clock but its end: a longer budget sees what a shorter one
saw, and more.

>>> budget = Budget(lambda: 0.0, seconds=1.0, steps=100)
>>> course = Course(Space((3, 3, 3, 3)), [Demand(columns=0xFFF, strength=2)], [], 1, budget)
>>> len(course.run())
9
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import combinations
from operator import or_
from random import Random

from bot.core.cover_greedy import fill, grow
from bot.core.cover_known import Array, binary_rows, known
from bot.core.cover_open import Demand, Open
from bot.core.cover_pairs import Pairs
from bot.core.cover_repair import Repair
from bot.core.cover_space import Space
from bot.core.cover_triples import Triples
from bot.core.cover_tuples import Tuples

_PAIR, _TRIPLE = 2, 3
_TRIES = 10  # rows that are weighed for each that is taken, of pairs
_FEWER = 2  # as above, of larger tuples
_PATIENCE = 20_000  # steps without a better array, in the first round
_WIDEST = 8  # columns that the bound looks at


class Budget:
    """What a search may spend: seconds of a clock, and steps (None: as many as the clock lets)."""

    def __init__(
        self, clock: Callable[[], float], *, seconds: float, steps: int | None = None
    ) -> None:
        self._clock = clock
        self._until = clock() + seconds
        self._steps = steps

    def over(self) -> bool:
        """Whether nothing is left."""
        return self._steps == 0 or self._clock() >= self._until

    def step(self) -> bool:
        """Take one step; False where none is left."""
        if self.over():
            return False
        if self._steps is not None:
            self._steps -= 1
        return True


class Course:
    """One search: `required` are parts of rows, as bits, that each some row must have."""

    def __init__(
        self,
        space: Space,
        demands: Sequence[Demand],
        required: Sequence[int],
        seed: int,
        budget: Budget,
    ) -> None:
        self.space = space
        self._demands = [*demands]
        self._required = [
            one
            for one in dict.fromkeys(required)
            if not any(one != other and not one & ~other for other in required)
        ]
        self._random = Random(seed)  # noqa: S311 - the same search for the same seed
        self._budget = budget
        self._pairs = [one.strength for one in demands] == [_PAIR]
        self._bound = 0

    def run(self) -> list[int]:
        """Return the smallest array that was found within the budget."""
        first = self._grown(())
        self._bound = bound(self.space, self._demands, first, self._required)
        best = first
        runs: list[tuple[Repair, list[int]]] = []
        patience = _PATIENCE
        for rows in sorted(self._starts(first), key=len):
            runs.append((self._repair(rows), rows))
            runs[-1] = self._improved(*runs[-1], patience)
            best = min(best, runs[-1][1], key=len)
        while len(best) > self._bound and not self._budget.over():
            patience *= 2
            runs = [self._improved(*run, patience) for run in runs if len(run[1]) == len(best)]
            best = min((rows for _, rows in runs), key=len)
            if all(not repair.open for repair, _ in runs):
                break
        return best

    def _starts(self, first: list[int]) -> Iterator[list[int]]:
        yield first
        if self._pairs and len(first) > self._bound:
            for start in self._known(first):
                if not self._budget.over():
                    yield self._grown(start)

    def _known(self, first: list[int]) -> Iterator[list[int]]:
        """Yield arrays by theorem, for the columns of each size and those of fewer values."""
        columns, alive = self.space.columns, self.space.alive
        sizes = [(mask & alive).bit_count() for mask in columns]
        for size in sorted(set(sizes) - {1}):
            fitting = sorted((-n, at) for at, n in enumerate(sizes) if n <= size)
            for count in sorted({sizes.count(size), len(fitting)}):
                for array in known(count, size, self._random, len(first) - 1):
                    if len(array) >= self._bound:
                        yield self._laid(array, [at for _, at in fitting[:count]])

    def _laid(self, array: Array, places: Sequence[int]) -> list[int]:
        """Lay an array on some columns: a number there stands for a value that may be."""
        values = [self.space.living(at) for at in places]
        return [
            sum(1 << some[at] for at, some in zip(row, values, strict=True) if at < len(some))
            for row in array
        ]

    def _grown(self, start: Sequence[int]) -> list[int]:
        """Return a whole array: what is required, then what `start` gives, then what is missing."""
        still = Open(self.space, self._demands)
        rows = []
        for given in self._required:
            rows.append(fill(self.space, still, self._random, given))
            still.cover(rows[-1])
        for wish in start:
            given = wish if self.space.allows(wish) else 0
            row = fill(self.space, still, self._random, given) if given else 0
            row = row or self.space.complete(0, wish)
            if still.worth(row):
                rows.append(row)
                still.cover(row)
        tries = _TRIES if self._pairs else _FEWER
        return rows + grow(self.space, still, self._random, tries)

    def _repair(self, rows: Sequence[int]) -> Repair:
        fixed = self._required + [0] * (len(rows) - len(self._required))
        if self._pairs:
            return Pairs(self.space, rows, fixed, self._random)
        kind = Triples if [one.strength for one in self._demands] == [_TRIPLE] else Tuples
        return kind(self.space, rows, fixed, self._random, self._demands)

    def _improved(self, repair: Repair, best: list[int], patience: int) -> tuple[Repair, list[int]]:
        """Take rows away until `patience` steps bring no better array."""
        left = patience
        while len(best) > self._bound:
            if not repair.open and not repair.shrink():
                break
            while repair.open and left and self._budget.step():
                repair.step()
                left -= 1
            if repair.open:
                break
            best, left = [*repair.rows], patience
        return repair, best


def bound(
    space: Space, demands: Sequence[Demand], rows: Sequence[int], required: Sequence[int] = ()
) -> int:
    """Return a size that no array goes below, found from one that is whole.

    All tuples of some columns that stand in any row stand in these; each row has one of them, and
    what no whole row that is required has needs rows beside those.
    """
    whole = [row for row in required if all(row & mask for mask in space.columns)]
    seen = reduce(or_, whole, 0)
    found = 1
    for demand in demands:
        wide = sorted(
            (mask for mask in space.columns if mask & demand.columns),
            key=lambda mask: (mask & space.alive & ~seen > 0, (mask & space.alive).bit_count()),
        )[-_WIDEST:]
        for some in map(sum, combinations(wide, demand.strength)):
            there = {row & some for row in whole}
            found = max(found, len(whole) + len({row & some for row in rows} - there))
    bound_ = {column for group in space.groups for column in group}
    free = sum(size > 1 for at, size in enumerate(space.domains) if at not in bound_)
    return max(found, binary_rows(free) if free > 1 else 1)
