"""Bisection over releases to an interval, where some releases cannot be tried.

A release that cannot be built is a third answer: the search walks around it, and it stays in
the interval as a gap.

>>> search = Bisect(["1", "2", "3", "4"])
>>> search.propose()
'2'
>>> search.tell("2", Answer.UNKNOWN)
>>> search.tell("3", Answer.BAD)
>>> search.propose() is None, search.result
(True, ('1', '3', ('2',)))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum


class Answer(Enum):
    """What one place of a search says."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


def around(low: int, high: int, middle: int) -> Iterator[int]:
    """Yield every integer strictly between `low` and `high`, from `middle` outwards.

    First in strides that double, which leaves a long gap quickly; then whatever was skipped.
    """
    inside = sorted(range(low + 1, high), key=lambda at: (abs(at - middle), at))
    strides = {0} | {1 << bit for bit in range(max(high - low, 1).bit_length())}
    yield from (at for at in inside if abs(at - middle) in strides)
    yield from (at for at in inside if abs(at - middle) not in strides)


class Bisect:
    """Finds where good turns to bad on a road: the first version is good, the last is bad.

    It takes `ceil(log2(len(versions) - 1))` answers where every release can be tried. Raises
    `ValueError` for a road without two ends or with a version twice.
    """

    def __init__(self, versions: Sequence[str]) -> None:
        if len(versions) < 2 or len(set(versions)) != len(versions):  # noqa: PLR2004 - two ends
            raise ValueError(f"a road has two ends and no version twice: {list(versions)}")
        self._place = {version: at for at, version in enumerate(versions)}
        self._versions = tuple(versions)
        self._good = 0
        self._bad = len(versions) - 1
        self._unknown: set[int] = set()

    def propose(self) -> str | None:
        """Return the version to try next, or None when nothing is left that can be tried."""
        middle = (self._good + self._bad) // 2
        for at in around(self._good, self._bad, middle):
            if at not in self._unknown:
                return self._versions[at]
        return None

    def tell(self, version: str, answer: Answer) -> None:
        """Take an answer, proposed or not; what lies outside the interval changes nothing.

        Raises `ValueError` for a version that is not on the road.
        """
        if version not in self._place:
            raise ValueError(f"{version} is not on the road")
        at = self._place[version]
        if not self._good < at < self._bad:
            return
        if answer is Answer.GOOD:
            self._good = at
        elif answer is Answer.BAD:
            self._bad = at
        else:
            self._unknown.add(at)

    @property
    def result(self) -> tuple[str, str, tuple[str, ...]]:
        """The interval as known by now: last good, first bad, and what lies untried inside."""
        gap = self._versions[self._good + 1 : self._bad]
        return self._versions[self._good], self._versions[self._bad], gap
