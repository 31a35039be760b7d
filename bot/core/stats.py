"""Counts with their uncertainty: no rate is told without its interval.

>>> rate = Rate(hits=0, total=100)
>>> f"{rate.low:.3f} {rate.high:.3f}"
'0.000 0.037'
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959963984540054  # standard deviations around the mean that hold 95 % of a normal law


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`hits` of `total`, with the 95 % interval of Wilson (1927, JASA 22:209-212)."""

    hits: int
    total: int

    @property
    def low(self) -> float:
        """The lower end, 0..1."""
        return 0.0 if self.hits == 0 else max(0.0, self._centre - self._half)

    @property
    def high(self) -> float:
        """The upper end, 0..1; 1 where nothing was counted."""
        return 1.0 if self.hits == self.total else min(1.0, self._centre + self._half)

    @property
    def _spread(self) -> float:
        return 1 + Z * Z / self.total

    @property
    def _centre(self) -> float:
        return (self.hits / self.total + Z * Z / (2 * self.total)) / self._spread

    @property
    def _half(self) -> float:
        part = self.hits / self.total
        inside = part * (1 - part) / self.total + Z * Z / (4 * self.total**2)
        return Z * math.sqrt(inside) / self._spread

    def __str__(self) -> str:
        """Render as `2 of 100 (0.6 to 7.0 %)`."""
        if self.total == 0:
            return "none asked twice"
        return f"{self.hits} of {self.total} ({100 * self.low:.2g} to {100 * self.high:.2g} %)"


NONE = Rate(hits=0, total=0)
