"""What a place says of issues today, and what became of those that were filed there.

>>> Record(filed=3, accepted=1, invalid=1).too_often_wrong
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INVALID_LIMIT: Final = 0.2  # of what a target answered; above it the target gets drafts only


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who welcomes issues, where that can be read, and since when."""

    who: str
    where: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the place of an issue says of itself, now: read each time before anything is sent.

    `refusal` is why none can be filed there; `recent` counts issues of any stackmatrix there in
    the last week; `name` is what the repository is called today.
    """

    name: str
    refusal: str = ""
    consent: Consent | None = None
    recent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of our issues at one target."""

    filed: int = 0
    accepted: int = 0
    invalid: int = 0

    @property
    def too_often_wrong(self) -> bool:
        """Whether more than a fifth of what was answered was invalid."""
        settled = self.accepted + self.invalid
        return settled > 0 and self.invalid / settled > INVALID_LIMIT
