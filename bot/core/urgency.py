"""Which cells are asked first, and which wait, where a run may take only so many or so long.

Baselines come first, for all else is held against them; then what a new release brought, what was
yanked after it was tested, what was broken, what has waited longest, and last what is asked again
because its answers are too old, the oldest first. What does not fit waits for the next run.

>>> def cell(key, why): return Candidate(key=key, why=why, seconds=60.0)
>>> waiting = [cell("old", Why.WAITED), cell("new", Why.NEW), cell("base", Why.BASELINE)]
>>> asked, left = within(waiting, Budget(cells=2))
>>> [one.key for one in asked], [one.key for one in left]
(['base', 'new'], ['old'])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from bot.core.downloads import MEGABYTE, Sizes, total


class Why(IntEnum):
    """Why a cell is asked; the lower, the sooner."""

    BASELINE = 0
    NEW = 1
    YANKED = 2
    BROKEN = 3
    WAITED = 4
    OLD = 5

    @property
    def words(self) -> str:
        """The reason as people read it."""
        return (
            "a baseline",
            "a new release",
            "yanked after it was tested",
            "it was broken",
            "it waited",
            "it is old",
        )[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one run may take: cells, minutes of them in all, megabytes to download.

    None is no bound.
    """

    cells: int | None = None
    minutes: float | None = None
    megabytes: float | None = None

    @property
    def words(self) -> str:
        """The bounds as people read them."""
        told = [f"{self.cells} cells"] if self.cells is not None else []
        told += [f"{self.minutes:g} minutes"] if self.minutes is not None else []
        told += [f"{self.megabytes:g} MB to download"] if self.megabytes is not None else []
        return " and ".join(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A cell that has something to be asked: why, since which run, and what it should take.

    `place` is where it stands in the plan, `files` what it has to download, by name; `because` is
    said where it tells more than `why`.
    """

    key: str
    why: Why
    seconds: float
    since: int = 0
    place: int = 0
    files: Sizes = field(default_factory=dict)
    because: str = ""

    @property
    def words(self) -> str:
        """Why it is asked, as people read it."""
        return self.because or self.why.words


def within(
    waiting: Sequence[Candidate], budget: Budget
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Return the most urgent that fit into `budget`, and the rest, both most urgent first.

    A baseline is asked whatever it takes: without it nothing of its row can be judged. A cell
    that is too long for what is left does not keep a shorter one from it. A file that several
    cells need is downloaded once; one of unknown size counts as nothing.
    """
    asked: list[Candidate] = []
    left: list[Candidate] = []
    spent = 0.0
    files: dict[str, int | None] = {}
    for one in sorted(waiting, key=lambda each: (each.why, each.since, each.place, each.key)):
        fits = budget.cells is None or len(asked) < budget.cells
        fits &= budget.minutes is None or spent + one.seconds <= 60 * budget.minutes
        more = total({**files, **one.files}).known
        fits &= budget.megabytes is None or more <= MEGABYTE * budget.megabytes
        if fits or one.why is Why.BASELINE:
            asked.append(one)
            spent += one.seconds
            files |= one.files
        else:
            left.append(one)
    return tuple(asked), tuple(left)
