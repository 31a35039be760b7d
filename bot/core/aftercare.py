"""What later releases say of a finding that was filed: mended, verified, or seen again.

>>> from bot.core.stats import Rate
>>> needed(Rate(hits=0, total=400)), needed(Rate(hits=20, total=100))
(3, 6)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.facts import Retested
from bot.core.life import Life, State, Step
from bot.core.stats import Rate
from bot.core.versions import key

LEAST: Final = 3  # greens that are needed however steady everything is
MISS: Final = 0.001  # chance that what is still broken is good so many times by luck
UNKNOWN: Final = 0.1  # of answers that differ by themselves, where that was not measured

_OPEN = frozenset({State.FILED, State.ACKNOWLEDGED, State.REOPENED})
_MENDED = frozenset({State.FIXED_IN, State.VERIFIED, State.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A step that the measurements ask for, why, and the version that it names."""

    step: Step
    why: str
    about: str = ""


def needed(flaky: Rate) -> int:
    """Return how many greens a backend owes, when so many answers are given in two ways.

    What flips a share `p` of its answers by itself is good `k` times by luck with chance p^k; `p`
    is the upper end of its interval.
    """
    share = min(0.95, flaky.high if flaky.total else UNKNOWN)
    return max(LEAST, math.ceil(math.log(MISS) / math.log(share)))


def newest(tests: Iterable[Retested]) -> tuple[Retested, ...]:
    """Return the last word on each version, told in this order."""
    return tuple({one.version: one for one in tests}.values())


def turn(life: Life, tests: Sequence[Retested], scheme: str = "pep440") -> Turn | None:
    """Return the next step that what was measured asks for; None for nothing new."""
    ordered = sorted(newest(tests), key=lambda one: key(one.version, scheme))
    if life.state in _OPEN:
        return _fixed(ordered)
    if life.state not in _MENDED:
        return None
    since = next(each.about for each in reversed(life.history) if each.step is Step.FIX)
    after = [one for one in ordered if key(one.version, scheme) >= key(since, scheme)]
    if after and after[-1].reds:
        return Turn(step=Step.REOPEN, why=f"seen again in {after[-1].version}")
    good = [one for one in after if _enough(one)]
    if life.state is State.FIXED_IN and good:
        return Turn(step=Step.VERIFY, why=f"{good[-1].version}: {says(good[-1])}")
    return None


def says(one: Retested) -> str:
    """Say how often a release was good, and where."""
    told = ", ".join(f"{count} on {backend}" for backend, count in one.greens)
    return f"good answers of freshly started engines: {told or 'none'} ({one.needed} needed)"


def _enough(one: Retested) -> bool:
    counted = [count for _, count in one.greens]
    return not one.reds and bool(counted) and min(counted) >= one.needed


def _fixed(ordered: Sequence[Retested]) -> Turn | None:
    """Return the oldest of the last releases that are all good, where the newest one is."""
    first: Retested | None = None
    for one in reversed(ordered):
        if one.reds or not any(count for _, count in one.greens):
            break
        first = one
    if first is None:
        return None
    return Turn(step=Step.FIX, why=f"{first.version} does not show it", about=first.version)
