r"""Which of many parts can go, asked in as few questions as they allow: probabilistic ddmin.

Each part has a chance that it must stay. The set that is asked next is the one that promises to
be rid of most: its size times the chance that none of it is needed. A set that could not go tells
that one of it must stay; where the smallest such set has one member, nobody needs to ask it.
After Wang, Shen, Chen, Xiong and Zhang, "Probabilistic Delta Debugging", ESEC/FSE 2021; unlike
there, a failed set is remembered and not only multiplied in, so later answers sharpen it.

>>> search = dropping([0.2] * 8, width=1)
>>> sets = next(search)
>>> try:
...     while True:
...         sets = search.send([3 not in gone for gone in sets])
... except StopIteration as done:
...     sorted(done.value)
[0, 1, 2, 4, 5, 6, 7]
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from math import prod
from typing import TypeAlias

Parts: TypeAlias = frozenset[int]
Dropping: TypeAlias = Generator[list[Parts], list[bool], Parts]

_LEAST = 1e-6  # no part is free of doubt
NEEDED = 0.8  # a part that must stay with this chance is left for the last check


def dropping(
    priors: Sequence[float], *, width: int, takes: Sequence[Parts] = (), needed: float = NEEDED
) -> Dropping:
    """Find a set of parts that can go together, as large as the answers allow.

    `priors` holds for each part the chance that it must stay, before anything is asked; `takes`
    all that goes with it, itself included. Yields up to `width` sets, or the union of those that
    could go; each is everything that would be gone. Wants for each whether it can go; returns
    what is gone at the end. What is left is not checked one by one: a part is given up when it,
    or what goes with it, must stay with a chance of `needed` or more.
    """
    chances = _Chances(priors, takes or [frozenset({at}) for at in range(len(priors))], needed)
    while sets := chances.sets(width):
        told = yield [chances.gone | one for one in sets]
        works = [one for one, can in zip(sets, told, strict=True) if can]
        for one, can in zip(sets, told, strict=True):
            if not can:
                chances.missed(one)
        together: Parts = frozenset().union(*works)
        if len(works) > 1 and not (yield [chances.gone | together])[0]:
            chances.missed(together)
            together = works[0]
        chances.worked(together)
    return chances.gone


class _Chances:
    """What is believed of each part, and what is gone already."""

    def __init__(self, priors: Sequence[float], takes: Sequence[Parts], needed: float) -> None:
        self.gone: Parts = frozenset()
        self._stay = [max(_LEAST, one) for one in priors]
        self._takes, self._limit = takes, needed
        self._missed: list[Parts] = []  # none of these could go; none holds another

    def sets(self, width: int) -> list[Parts]:
        """Return up to `width` sets without a common part, the most promising first."""
        left = [at for at in range(len(self._stay)) if at not in self.gone and self._may(at)]
        left.sort(key=lambda at: (-self._free(self._takes[at] - self.gone), at))
        found: list[Parts] = []
        while left and len(found) < width:
            best = self._prefix(left)
            found.append(best)
            left = [at for at in left if not self._takes[at] & best]
        return found

    def _prefix(self, order: Sequence[int]) -> Parts:
        """Return the first few of `order`, and what goes with them: as many as promise most."""
        best, most, parts = frozenset[int](), -1.0, frozenset[int]()
        for at in order:
            parts |= self._takes[at] - self.gone
            gain = len(parts) * self._free(parts)
            if gain > most:
                best, most = parts, gain
        return best

    def _may(self, at: int) -> bool:
        """Whether nothing that goes with a part is as good as known to be needed."""
        parts = self._takes[at] - self.gone
        return self._free(parts) > 0 and all(self._chance(one) < self._limit for one in parts)

    def _chance(self, at: int) -> float:
        """Return the chance that a part must stay, one of the smallest set that failed does."""
        least = self._least(at)
        return self._stay[at] / (1 - self._none(least)) if least else self._stay[at]

    def _least(self, at: int) -> Parts:
        """Return the smallest failed set that holds a part, or nothing."""
        return min((one for one in self._missed if at in one), key=len, default=frozenset())

    def _none(self, parts: Iterable[int]) -> float:
        """Return the chance that none of `parts` is needed, as far as nothing was asked."""
        return prod(1 - self._stay[at] for at in parts)

    def _free(self, parts: Parts) -> float:
        """Return the chance that none of `parts` is needed, after all that failed."""
        if any(one <= parts for one in self._missed):
            return 0.0
        groups: dict[Parts, list[int]] = {}
        for at in parts:
            groups.setdefault(self._least(at), []).append(at)
        return prod(
            (self._none(some) - self._none(least)) / (1 - self._none(least))
            if least
            else self._none(some)
            for least, some in groups.items()
        )

    def missed(self, parts: Parts) -> None:
        """Remember that one of `parts` must stay."""
        left = parts - self.gone
        if left and not any(one <= left for one in self._missed):
            self._missed = [*(one for one in self._missed if not left <= one), left]

    def worked(self, parts: Parts) -> None:
        """Take `parts` away; one of what is left of each failed set must stay."""
        self.gone |= parts
        before, self._missed = self._missed, []
        for one in before:
            self.missed(one)
