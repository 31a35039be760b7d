"""How sources may be asked: at most so much of each host, and at most so much in all.

>>> Manners().spent(asked=10, seconds=5.0), Manners(requests=10).spent(asked=10, seconds=5.0)
('', 'the 10 requests of a run are spent')
>>> Manners(seconds=5).spent(asked=0, seconds=6.0)
'the 5 seconds of a run for asking are spent'
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """`per_host` questions at a time, `spacing` seconds between two; a budget for a whole run.

    `patience` is how many seconds a host may be silent; it has four times as long for an answer.
    """

    per_host: int = 4
    spacing: float = 0.02
    requests: int = 20_000
    seconds: float = 1_800.0
    patience: float = 30.0

    def spent(self, *, asked: int, seconds: float) -> str:
        """Say which budget is used up, or nothing."""
        if asked >= self.requests:
            return f"the {self.requests} requests of a run are spent"
        if seconds >= self.seconds:
            return f"the {self.seconds:g} seconds of a run for asking are spent"
        return ""
