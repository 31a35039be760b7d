"""How long somebody is waited for: what the machine takes is no part of anybody's time."""

from __future__ import annotations

from collections.abc import Callable

from bot.effects.clock import ticks

STILL_SECONDS = 1.0  # longer than any moment lasts here, unless the machine stands still
LEAST_SECONDS = 0.1  # of waiting for a processor that are worth more patience


class Patience:
    """A deadline that moves by the time in which nobody could have kept it.

    Time in which somebody could run and the machine let it wait is no part of its patience: a
    crowded machine makes nobody's answer late. So is time in which the machine itself stood still.
    """

    def __init__(self, until: Callable[[], float], kept_waiting: Callable[[], float]) -> None:
        """Wait `until` then; `kept_waiting` tells how long no processor was to be had so far."""
        self._until, self._kept_waiting = until, kept_waiting
        self._slept, self._waited = 0.0, 0.0

    def passed(self, since: float) -> None:
        """Take that one moment lasted from `since` until now."""
        self._slept += max(0.0, ticks() - since - STILL_SECONDS)

    def over(self) -> bool:
        """Whether it is at an end; how long a processor was waited for is asked only then."""
        if ticks() <= self._until() + self._slept + self._waited:
            return False
        more = self._kept_waiting() - self._waited
        self._waited += max(0.0, more)
        return more < LEAST_SECONDS
