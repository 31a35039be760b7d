"""How far the numbers of a cell are from its baseline's, where both are of one numeric scope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.drift import apart
from bot.core.facts import Planned
from bot.core.model import Link
from bot.steps.house import House
from bot.steps.verdicts import Ruled, observations, within_scope


def drift(house: House, planned: Planned, mine: Sequence[Ruled]) -> float | None:
    """Return the largest distance (nats) over the probes of a cell; None where none is known."""
    if planned.cell is None or planned.cell.key == planned.against:
        return None
    return max(_of(house, planned.cell.key, planned.against, mine), default=None)


def _of(house: House, cell: str, against: str, mine: Sequence[Ruled]) -> Iterator[float]:
    for each in mine:
        if not any(look.link is Link.LOGPROBS for look in each.probe.looks):
            continue
        base = within_scope(house, cell, against, observations(house, against, each.probe))
        for was, now in zip(base[:1], observations(house, cell, each.probe)[:1], strict=False):
            expected, seen = dict(was.seen), dict(now.seen)
            told = apart(expected.get(Link.LOGPROBS), seen.get(Link.LOGPROBS))
            if told is not None:
                yield told
