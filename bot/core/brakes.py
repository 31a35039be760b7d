"""What became of what was filed, per target: shown in every report, and what puts a target back.

>>> Brake(target="o/r", filed=4, fixed=1, invalid=1, ignored=1).acceptance
'1 of 2 answered'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.life import Life, State, Step
from bot.core.policy import same

SILENCE: Final = timedelta(days=30)  # after which an issue that nobody answered is ignored

_GOOD = (Step.ACKNOWLEDGE, Step.FIX, Step.VERIFY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """Counts of one target's issues. What is none of these waits, or was known or intended."""

    target: str
    filed: int = 0
    accepted: int = 0
    fixed: int = 0
    invalid: int = 0
    ignored: int = 0

    @property
    def acceptance(self) -> str:
        """How many of those that were answered, invalid or not, a project took up."""
        good = max(self.accepted, self.fixed)
        return f"{good} of {good + self.invalid} answered"


def brakes(
    lives: Mapping[str, Life], targets: Mapping[str, str], now: datetime
) -> tuple[Brake, ...]:
    """Return the counts of each target that got an issue; `targets` is by finding."""
    by: dict[str, list[Life]] = {}
    for life in lives.values():
        if life.when(Step.FILE) is not None and life.finding in targets:
            by.setdefault(same(targets[life.finding]), []).append(life)
    return tuple(_brake(target, found, now) for target, found in sorted(by.items()))


def _brake(target: str, lives: list[Life], now: datetime) -> Brake:
    return Brake(
        target=target,
        filed=len(lives),
        accepted=sum(
            life.state is not State.INVALID and life.when(*_GOOD) is not None for life in lives
        ),
        fixed=sum(life.state in {State.VERIFIED, State.CLOSED} for life in lives),
        invalid=sum(life.state is State.INVALID for life in lives),
        ignored=sum(_ignored(life, now) for life in lives),
    )


def _ignored(life: Life, now: datetime) -> bool:
    filed = life.when(Step.FILE)
    return life.state is State.FILED and filed is not None and now - filed > SILENCE
