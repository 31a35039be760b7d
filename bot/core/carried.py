"""The facts of impact analysis: what a cell did not reach, what it took over, what refuted that.

>>> reach = Reach(idle={"b": frozenset({"b"}), "a": frozenset({"a"})}, late={"p": frozenset("b")})
>>> fact = reached("c", reach)
>>> fact.idle, fact.late
((('a', ('a',)), ('b', ('b',))), (('p', ('b',)),))
>>> fact.reach == reach
True
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.reach import Reach

CARRIED = "carried"  # the sequence of an observation that was taken over


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What the processes of an attempt did not reach: see `core.reach`, probes by digest."""

    cell: str
    idle: tuple[tuple[str, tuple[str, ...]], ...]
    late: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def reach(self) -> Reach:
        """The same, to ask questions of."""
        idle, late = ({n: frozenset(each) for n, each in x} for x in (self.idle, self.late))
        return Reach(idle=idle, late=late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Probes of a cell, by digest, whose answers were taken over from the cell `source`.

    Both cells differ in the distributions `moved` only. The answers themselves are told beside
    it, as observations of the sequence `carried`; the oldest of them is of the run `since`.
    """

    cell: str
    source: str
    moved: tuple[str, ...]
    probes: tuple[str, ...]
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """A probe that was asked anyway showed what would not have been carried over.

    `moved` is taken for reached from then on, in every row. Where the cell did not even start,
    `probe` is empty.
    """

    cell: str
    source: str
    moved: tuple[str, ...]
    probe: str


def reached(cell: str, reach: Reach) -> Reached:
    """Return the fact that the processes of `cell` had this reach."""
    idle, late = (
        tuple((name, tuple(sorted(each))) for name, each in sorted(table.items()))
        for table in (reach.idle, reach.late)
    )
    return Reached(cell=cell, idle=idle, late=late)
