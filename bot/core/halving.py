"""Which half of the suspects to ask next.

Most often one upgrade did it, sometimes two that are bad only together. Of a prefix of the
suspects, on top of what is known to be good, the first guess says bad with the share of its mass,
the second with the share of the pairs that lie in it. The best cut tells most under the first and,
where that hardly differs, under the second. A cut through the road of one package needs a release
that neither end has, so it must be worth a tenth of a bit more than one between two packages.

>>> cut([Suspect(name=name, steps=1) for name in "abcdefgh"], below=[])
Cut(whole=5, level=0)
>>> cut([Suspect(name="a", steps=1), Suspect(name="b", steps=30)], below=[])
Cut(whole=1, level=15)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from math import log2
from random import Random
from typing import TypeVar

_NEARLY = 0.05  # bits about single upgrades that may be given for bits about pairs
_HALF = 0.9  # bits that are near enough to one
_INSIDE = 0.1  # bits that a release between the ends must tell more than a mixture of the ends
_ORDERS = 8  # other halves that are tried where one does not resolve

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A package with the steps of its road that may still be guilty, and the weight of each."""

    name: str
    steps: int
    weight: float = 1.0

    @property
    def mass(self) -> float:
        """How suspect the whole package is."""
        return self.steps * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A prefix: so many whole packages, and so many steps of the next one."""

    whole: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Sums over a growing set of packages: of their masses, and of the squares."""

    mass: float = 0.0
    squares: float = 0.0

    def add(self, mass: float) -> _Sums:
        return _Sums(mass=self.mass + mass, squares=self.squares + mass * mass)

    @property
    def pairs(self) -> float:
        """The mass of all pairs of different packages."""
        return (self.mass * self.mass - self.squares) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bits:
    """What the answer to one prefix tells: about single upgrades, and about pairs of them."""

    cut: Cut
    single: float
    pairs: float


def information(share: float) -> float:
    """Return the bits that an answer tells which is yes with probability `share`."""
    if not 0.0 < share < 1.0:
        return 0.0
    return -share * log2(share) - (1 - share) * log2(1 - share)


def cut(
    rest: Sequence[Suspect], below: Sequence[float], *, pairs: bool = True, inside: bool = True
) -> Cut:
    """Return the prefix of `rest` to ask; `below` are the masses of what is known to be good.

    Without `pairs` only single upgrades count; without `inside` it ends between two packages.
    """
    give = _NEARLY if pairs else 0.0
    between, through = _prefixes(rest, below)
    best = max((each.single for each in between), default=-_INSIDE)
    if inside and any(each.single > best + _INSIDE for each in through):
        return _best(through, give)
    return _best(between, give) if between else Cut(whole=1, level=0)


def _prefixes(rest: Sequence[Suspect], below: Sequence[float]) -> tuple[list[_Bits], list[_Bits]]:
    """Weigh every prefix: those that end between two packages, and those within a road."""
    sums = list(accumulate((each.mass for each in rest), _Sums.add, initial=_sum(below)))

    def bits(at: _Sums, whole: int, level: int) -> _Bits:
        single = information(_share(at.mass, sums[0].mass, sums[-1].mass))
        pairs = information(_share(at.pairs, sums[0].pairs, sums[-1].pairs))
        return _Bits(cut=Cut(whole=whole, level=level), single=single, pairs=pairs)

    return [bits(sums[size], size, 0) for size in range(1, len(rest))], [
        bits(sums[size].add(level * each.weight), size, level)
        for size, each in enumerate(rest)
        for level in range(1, each.steps)
    ]


def _sum(masses: Sequence[float]) -> _Sums:
    return reduce(_Sums.add, masses, _Sums())


def _best(prefixes: Sequence[_Bits], give: float) -> Cut:
    """Choose by what is told about pairs, among those that tell nearly most about singles.

    `give` is how many bits about singles may be lost, where they are nearly halved. Of equals the
    shortest is chosen.
    """
    most = max(each.single for each in prefixes)
    give = give if most >= _HALF else 0.0
    near = [each for each in prefixes if each.single >= most - give - 1e-9]
    return max(near, key=lambda each: (round(each.pairs, 9) if give else 0.0, each.single)).cut


def _share(at: float, low: float, high: float) -> float:
    return (at - low) / (high - low) if high > low else 0.0


def orders(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yield `items` as they are, backwards, and then in other orders, always the same ones.

    >>> [" ".join(order) for order in orders("abc")][:2]
    ['a b c', 'c b a']
    """
    yield list(items)
    yield list(reversed(items))
    for turn in range(_ORDERS - 2):
        yield Random(turn).sample(items, len(items))  # noqa: S311 - any order, but always the same
