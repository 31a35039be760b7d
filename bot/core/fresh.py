"""How long an answer counts: for ever, as closures are pinned, or for the days that one chose.

What a closure does can change without a release: a certificate ends, a clock passes a date, the
kernel or a driver of the machine is another. Such a change is nobody's upgrade.

>>> from datetime import UTC, datetime
>>> asked, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
>>> overdue(30, asked, now), overdue(31, asked, now), overdue(None, asked, now)
(True, False, False)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.difference import Comparator
from bot.core.judge import agree
from bot.core.model import Observation, Probe

CHANGED = "the same closure showed something else before: no release of it changed"


def overdue(days: float | None, asked: datetime | None, now: datetime | None) -> bool:
    """Whether an answer of the moment `asked` is older than `days`; what has no moment is not."""
    if days is None or asked is None or now is None:
        return False
    return now - asked > timedelta(days=days)


def because(days: float | None) -> str:
    """Say why a cell is asked again.

    >>> because(30.0)
    'older than 30 days'
    """
    return f"older than {days:g} days"


def moved_on(
    probe: Probe,
    before: Sequence[Observation],
    now: Sequence[Observation],
    comparators: Mapping[str, Comparator],
) -> bool:
    """Whether the same closure answers in another way than it did before.

    What the machine spoiled, then or now, says nothing.
    """
    told = [one for one in (*before[:1], *now[:1]) if not _passes(one)]
    if len(told) < 2:  # noqa: PLR2004 - both of them
        return False
    return not agree(probe, told[0], told[1], comparators)


def _passes(seen: Observation) -> bool:
    return seen.failure is not None and seen.failure.reason.passes
