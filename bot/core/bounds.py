"""What a search for the guilty set knows: bounds between two mixtures, and whom it found.

>>> bounds = Bounds(lower=frozenset(), upper=frozenset("abc"), sure=True)
>>> up = frozenset("a")
>>> seen = Seen(answer=Answer.GOOD, closed=up, moved=up, told=Told(signature="ok"))
>>> sorted(closer_of(bounds, seen).lower)
['a']
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.core.bisect import Answer
from bot.core.trial import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Guilty:
    """What flips the outcome: groups of packages, in each the head first and then its followers.

    `pins` flip it when they alone are up, `upper` is a larger set that was seen to be bad, and
    `told` is what came of asking `pins` alone.
    """

    groups: tuple[tuple[str, ...], ...]
    pins: frozenset[str]
    upper: frozenset[str]
    told: Told

    @property
    def heads(self) -> tuple[str, ...]:
        """The culprits: the head of every group."""
        return tuple(group[0] for group in self.groups)

    def led_by(self, heads: Collection[str]) -> Guilty:
        """Return the same groups with these members at their heads, one for each."""
        both = zip(heads, self.groups, strict=True)
        return replace(self, groups=tuple((head, *but(group, head)) for head, group in both))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One mixture: what it says, which steps were `closed` (at bad), which at least `moved`.

    What moved only halfway could be guilty of a bad answer but not be cleared by a good one.
    """

    answer: Answer
    closed: frozenset[str]
    moved: frozenset[str]
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`upper` is bad, `lower` below it is not; `sure` when `lower` was seen to be good."""

    lower: frozenset[str]
    upper: frozenset[str]
    sure: bool


def without(group: tuple[str, ...], name: str, pins: Collection[str]) -> tuple[str, ...]:
    """Return `group` less `name`; a head takes along what only followed it."""
    return tuple(n for n in but(group, name) if name != group[0] or n in pins)


def but(group: Collection[str], name: str) -> list[str]:
    """Return `group` less `name`, followers and all."""
    return [other for other in group if other != name]


def closer_of(bounds: Bounds, seen: Seen) -> Bounds | None:
    """Return the bounds that `seen` brings closer together, or None when it brings nothing."""
    width = len(bounds.upper - bounds.lower)
    if seen.answer is Answer.GOOD and bounds.lower < seen.closed < bounds.upper:
        return Bounds(lower=seen.closed, upper=bounds.upper, sure=True)
    reach = bounds.lower | seen.moved
    if seen.answer is Answer.BAD and len(reach - bounds.lower) < width:
        return Bounds(lower=bounds.lower, upper=reach, sure=bounds.sure)
    return None
