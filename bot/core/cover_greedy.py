"""Rows of a covering array one by one: each the best of some that start from what is open.

A row starts with a tuple that no row has yet and takes, for one column after the other in a
chance order, the value that covers most; where what is forbidden leaves a column nothing, the
search for a whole row decides, and keeps of the row what it can.

Cohen, Dalal, Fredman, Patton: The AETG system (IEEE TSE 23(7), 1997), with constraints as in
Cohen, Dwyer, Shi (IEEE TSE 34(5), 2008).

>>> space = Space((2, 2, 2))
>>> still = Open(space, [Demand(columns=0b111111, strength=2)])
>>> len(grow(space, still, Random(1), tries=5))
4
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from bot.core.cover_open import Demand, Open
from bot.core.cover_space import Space, items_of

__all__ = ["Demand", "Open", "fill", "grow"]


def grow(space: Space, still: Open, random: Random, tries: int) -> list[int]:
    """Return rows that cover all that is open; each is the best of `tries`."""
    rows: list[int] = []
    while start := still.head(random):
        best = (-1, 0)
        for _ in range(tries):
            row = fill(space, still, random, start)
            if not row:
                still.drop(start)
            else:
                best = max(best, (still.worth(row), row))
            start = still.head(random)
            if not start:
                break
        if best[1]:
            still.cover(best[1])
            rows.append(best[1])
    return rows


def fill(space: Space, still: Open, random: Random, given: int) -> int:
    """Return a whole row with `given` in it that covers much; 0 where there is none."""
    row, alive = given, space.alive
    for item in items_of(given):
        alive &= ~space.apart[item]
    for column in shuffled(range(len(space.columns)), random):
        mask = space.columns[column]
        if mask & row:
            continue
        best = (-1.0, -1)
        for item in items_of(mask & alive):
            if all(rest & ~row for rest in space.longer[item]):
                best = max(best, (still.gain(item, row) + random.random(), item))
        if best[1] < 0:
            return space.complete(given, row)
        row |= 1 << best[1]
        alive &= ~space.apart[best[1]]
    return row if space.allows(row) else space.complete(given, row)


def shuffled(some: Sequence[int], random: Random) -> list[int]:
    """Return what is given in a chance order."""
    return [one for _, one in sorted((random.random(), one) for one in some)]
