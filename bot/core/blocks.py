"""Releases that are known to be bad: which, why, who says so, and until when.

>>> bad = Block(span=">=1.4,<1.5", reason="it forgets tools", owner="@me")
>>> bad.holds("1.4.2", "pep440", date(2026, 11, 24)), bad.holds("1.5", "pep440", date.min)
(True, False)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.core.spans import within


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Why releases of a component are not tried: `span` is a version, or a specifier.

    The day on which it expires is its last one.
    """

    span: str
    reason: str
    owner: str = ""
    expires: date | None = None

    def holds(self, version: str, scheme: str, today: date) -> bool:
        """Whether it speaks of `version`, and still does today."""
        if self.over(today):
            return False
        return version == self.span or (self.ranges and within(self.span, version, scheme))

    def over(self, today: date) -> bool:
        """Whether it has expired."""
        return self.expires is not None and today > self.expires

    @property
    def ranges(self) -> bool:
        """Whether it speaks of more than one version."""
        return self.span.startswith(("<", ">", "=", "!", "~"))
