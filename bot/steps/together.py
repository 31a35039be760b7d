"""Two things at once, where neither waits for the other: most of both is waiting for answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.ports import Runner

One = TypeVar("One")
Other = TypeVar("Other")


def together(
    runner: Runner, one: Callable[[], One], other: Callable[[], Other]
) -> tuple[One, Other]:
    """Do both, and return what came of each; what one of them raises is raised after the other."""
    ones: list[One] = []
    others: list[Other] = []

    def first() -> None:
        ones.append(one())

    def second() -> None:
        others.append(other())

    for _ in runner.run((first, second), _do):
        pass
    return ones[0], others[0]


def _do(work: Callable[[], None]) -> None:
    work()
