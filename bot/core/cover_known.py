"""Arrays that are known by theorem, computed when they are asked for: where a search may start.

All cover pairs of columns of one size. Two values: Kleitman and Spencer (Families of
k-independent sets, Discrete Mathematics 6, 1973). A prime power: the lines of an affine plane
(Bush, 1952), and its products with itself (Stevens and Mendelsohn, New recursive methods for
transversal covers, Journal of Combinatorial Designs 7, 1999). Any size: a vector that is turned
round and shifted (Meagher and Stevens, Group construction of covering arrays, the same 13, 2005).

>>> binary(4)
[(0, 0, 0, 0), (1, 1, 1, 0), (1, 1, 0, 1), (1, 0, 1, 1), (0, 1, 1, 1)]
>>> len(planes(4, 3)), len(planes(13, 3)), len(planes(21, 4))
(9, 15, 28)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, count, islice, product
from math import comb, exp
from random import Random
from typing import TypeAlias

Array: TypeAlias = list[tuple[int, ...]]
Table: TypeAlias = list[list[int]]

_TURNS = 200_000  # changes that are tried for one vector, each in each column
_HOT, _COLD, _COOLER = 1.0, 0.35, 0.9995


def known(columns: int, size: int, random: Random, most: int) -> Iterator[Array]:
    """Yield arrays of `columns` columns of `size` values, each of no more than `most` rows.

    A value of `size` or more in them stands for any.
    """
    if size == 2:  # noqa: PLR2004 - two values
        if binary_rows(columns) <= most:
            yield binary(columns)
        return
    if planes_rows(columns, size) <= most:
        yield planes(columns, size)
    if columns >= 2 * size - 1 and columns * (size - 1) < most:
        yield from cyclic(columns, size, random)


def binary_rows(columns: int) -> int:
    """Return the fewest rows that cover all pairs of so many columns of two values."""
    return next(rows for rows in count(4) if comb(rows - 1, (rows + 1) // 2) >= columns)


def binary(columns: int) -> Array:
    """Return the smallest array of columns of two values: sets of one size that all meet."""
    rows = binary_rows(columns)
    chosen = list(islice(combinations(range(1, rows), (rows + 1) // 2), columns))
    return [tuple(int(row in ones) for ones in chosen) for row in range(rows)]


def planes_rows(columns: int, size: int) -> int:
    """Return how many rows `planes` has."""
    field = _order(size)
    width, rows = field + 1, field * field
    while width < columns:
        width, rows = width * field + 1, rows + field * field - field
    return rows


def planes(columns: int, size: int) -> Array:
    """Return lines of the plane over the next prime power, multiplied until there are enough."""
    field = _order(size)
    add, times = _field(field)
    lines = [
        (m, *(add[times[m][x]][b] for x in range(field)))
        for m, b in product(range(field), repeat=2)
    ]
    array = lines
    while len(array[0]) < columns:
        wide = [(0, *(value for value in row for _ in range(field))) for row in array]
        array = wide + [(m, *line * len(array[0])) for m, *line in lines if m]
    return [row[:columns] for row in array]


def cyclic(columns: int, size: int, random: Random) -> Iterator[Array]:
    """Yield the array of a vector whose turns meet every difference, where one is found.

    The last value stands still, the others are shifted round; the rows are all turns of all
    shifts, and one row of the last value alone.
    """
    shifted = size - 1
    vector = _Vector(columns, shifted, random)
    if vector.found(random):
        places = vector.places
        turns = [places[at:] + places[:at] for at in range(columns)]
        yield [(shifted,) * columns] + [
            tuple(shifted if value == shifted else (value + by) % shifted for value in turn)
            for turn in turns
            for by in range(shifted)
        ]


class _Vector:
    """A ring of places in which, at each distance, two are to meet in every way.

    The ways are the differences of two values that are shifted, and the still value on one side
    or the other; where both are still is no way that counts.
    """

    def __init__(self, columns: int, shifted: int, random: Random) -> None:
        self.places = [int(random.random() * (shifted + 1)) for _ in range(columns)]
        self._shifted = shifted
        self._ways = shifted + 2
        self._met = [[0] * (self._ways + 1) for _ in range(columns // 2)]
        met = sum(self._note([at], 1) for at in range(columns))
        self._missing = len(self._met) * self._ways - met

    def _way(self, one: int, other: int) -> int:
        if one == self._shifted:
            return self._shifted + (other == self._shifted) * 2
        return self._shifted + 1 if other == self._shifted else (one - other) % self._shifted

    def _note(self, firsts: Sequence[int], by: int, back: int = 0) -> int:
        """Count what places meet ahead, and `back`, or take it off; return the ways gained."""
        gained, places = 0, self.places
        for distance, met in enumerate(self._met, start=1):
            for first in (*firsts, *(at - distance for at in firsts if back)):
                way = self._way(places[first], places[(first + distance) % len(places)])
                met[way] += by
                gained += way < self._ways and met[way] == (by > 0)
        return gained * by

    def _set(self, place: int, value: int) -> int:
        """Set a place; return how many ways more are met."""
        lost = self._note([place], -1, back=1)
        self.places[place] = value
        return lost + self._note([place], 1, back=1)

    def found(self, random: Random) -> bool:
        """Change places at lower and lower heat; whether all ways are met in the end."""
        heat = _HOT
        for _ in range(_TURNS // len(self.places)):
            if not self._missing:
                return True
            place = int(random.random() * len(self.places))
            old = self.places[place]
            gain = self._set(place, int(random.random() * (self._shifted + 1)))
            if gain < 0 and random.random() >= exp(gain / heat):
                gain += self._set(place, old)
            self._missing -= gain
            heat = max(_COLD, heat * _COOLER)
        return False


def _order(size: int) -> int:
    """Return the next prime power."""
    return next(order for order in count(size) if _prime_of(order))


def _prime_of(number: int) -> int:
    """Return the prime that `number` is a power of; 0 where it is none."""
    prime = next(p for p in range(2, number + 1) if number % p == 0)
    while number % prime == 0:
        number //= prime
    return prime if number == 1 else 0


def _field(order: int) -> tuple[Table, Table]:
    """Return addition and multiplication of the field of a prime power, on 0 .. order - 1.

    An element's digits, in base of the prime, are a polynomial; one is looked for that leaves no
    two elements but 0 a product of 0.
    """
    prime = _prime_of(order)
    degree = next(n for n in count(1) if prime**n == order)
    digits = [[number // prime**at % prime for at in range(degree)] for number in range(order)]
    of = {tuple(some): number for number, some in enumerate(digits)}
    add = [
        [of[tuple((x + y) % prime for x, y in zip(a, b, strict=True))] for b in digits]
        for a in digits
    ]
    tables = (
        [[of[_product(a, b, over, prime)] for b in digits] for a in digits] for over in digits
    )
    return add, next(table for table in tables if all(all(row[1:]) for row in table[1:]))


def _product(a: list[int], b: list[int], over: list[int], prime: int) -> tuple[int, ...]:
    """Multiply two polynomials; x to the power of their length is `over`."""
    found, power = [0] * len(a), a
    for digit in b:
        found = [(x + digit * y) % prime for x, y in zip(found, power, strict=True)]
        top, power = power[-1], [0, *power[:-1]]
        power = [(x + top * y) % prime for x, y in zip(power, over, strict=True)]
    return tuple(found)
