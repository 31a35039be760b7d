"""What lies beside and below a step of releases: newer ones, builds between, sources inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.outcome import Explanation
from bot.core.trial import Told, Trial
from bot.ports import Source
from bot.steps.builds import Finer
from bot.steps.inside import looked_into
from bot.steps.later import Today
from bot.steps.mixing import Mixtures


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What each end shows, draw by draw; None where a draw said nothing."""

    good: tuple[str | None, ...]
    bad: tuple[str | None, ...]

    @property
    def steady(self) -> bool:
        """Whether each end shows one thing, always."""
        return None not in {*self.good, *self.bad} and len({*self.good}) == len({*self.bad}) == 1


def deeper(
    mixtures: Mixtures,
    found: Explanation,
    ends: Ends,
    ask: Callable[[Trial, str], Told],
    builds: Mapping[str, Source],
) -> Explanation:
    """Return `found` with all that is deeper than its releases; people read what `ask` does.

    Where an end varies, one answer of another release says nothing, and none is asked.
    """
    today = today_of(mixtures, ends, ask)
    if today is not None:
        finer = Finer(
            sources=builds,
            mixtures=mixtures,
            good=today.good,
            ask=lambda one: ask(one, "bisecting the builds"),
            progress=mixtures.house.progress,
        )
        found = finer.told(today.told(found))
    return looked_into(mixtures, found)


def today_of(mixtures: Mixtures, ends: Ends, ask: Callable[[Trial, str], Told]) -> Today | None:
    """Return what asks the newest releases; None where an end varies, or does not answer."""
    good, bad = ends.good[0], ends.bad[0]
    if not ends.steady or good is None or bad is None:
        return None
    return Today(
        releases=mixtures.releases,
        bad_end=mixtures.bad.versions,
        good=good,
        bad=bad,
        ask=lambda one: ask(one, "asking the newest release"),
    )
