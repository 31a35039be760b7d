"""Exclusions that have expired: somebody said until when they hold, and has to look again.

An entry of `exclude` keeps cells out, one of `skip` keeps releases out; past its day, neither does.
A run tells of it and goes on; `stackmatrix config check` ends with it as a mistake.

>>> from bot.core.matrix import Exclusion
>>> rule = Exclusion(name="old", cells=(("tea", "<2"),), reason="too old", owner="@me",
...                  expires=date(2026, 1, 31))
>>> matrix = Matrix(title="", file="", index="", components={}, rows=(), exclusions=(rule,))
>>> [str(each) for each in overdue(matrix, date(2026, 2, 1))]
['`exclude.old` (@me) expired on 2026-01-31: what it left out is tried again']
>>> [*overdue(matrix, date(2026, 1, 31))]
[]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.core.matrix import Matrix
from bot.core.plan import in_force

CURE: Final = "look whether the reason still holds: set a later day, or take the entry out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """One of them: where in matrix.yaml its day stands, whose word it was, and the day."""

    path: tuple[str, ...]
    owner: str
    day: date | None

    def __str__(self) -> str:
        """Say which, whose, since when, and what it means."""
        whose = f" ({self.owner})" if self.owner else ""
        entry = ".".join(self.path[:-1])
        return f"`{entry}`{whose} expired on {self.day}: what it left out is tried again"


def overdue(matrix: Matrix, today: date) -> Iterator[Overdue]:
    """Yield what has expired, `skip` before `exclude`; the day of expiry is the last one."""
    for name, component in matrix.components.items():
        for block in component.skip:
            if block.over(today):
                path: tuple[str, ...] = ("components", name, "skip", block.span, "expires")
                yield Overdue(path=path, owner=block.owner, day=block.expires)
    held = in_force(matrix.exclusions, today)
    for rule in matrix.exclusions:
        if rule not in held:
            path = ("exclude", rule.name, "expires")
            yield Overdue(path=path, owner=rule.owner, day=rule.expires)
