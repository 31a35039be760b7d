"""What chance decides about an upgrade of everything: 12 packages of 8 releases, one cause.

Everything else moves as well, in couples that pin each other, over gaps, early and yanked
releases. What must be answered follows from the draw alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.mini.draws import Guilt, Package

PACKAGES, RELEASES = 12, 8
FIRST, LAST = 2, 5  # the good end lies in the first releases, the bad one in the last


class Fate(StrEnum):
    """How the two ends come to differ."""

    SILENT = "silent"
    CRASH = "crash"
    PAIR = "pair"
    PAIR_CRASH = "pair-crash"
    GONE = "gone"  # the guilty one no longer requires what the program uses
    COMES = "comes"  # the guilty one requires what gets into the program's way
    ROOT = "root"  # what nothing requires is there all of a sudden


class Bond(StrEnum):
    """How the second of a couple follows the first."""

    EXACT = "exact"
    MUTUAL = "mutual"
    RANGE = "range"  # from some release on the first wants a newer second
    BOUNDED = "bounded"  # and before that, an older one


class Style(StrEnum):
    """How much of an end a person writes down."""

    WHOLE = "whole"
    PARTIAL = "partial"  # exact pins, but not of what follows from them
    LOOSE = "loose"  # upper bounds of what was asked for by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two packages of which `first` requires `second`; the bond changes at `at` (both indexes)."""

    first: str
    second: str
    bond: Bond
    at: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The right answer. `heads` are the sets of culprits any of which may be named."""

    ending: str
    kind: str
    heads: tuple[tuple[Guilt, ...], ...]
    must_move: frozenset[str] = frozenset()
    may_move: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A drawn world: its packages, both ends, what the program imports, the right answer."""

    seed: int
    fate: Fate
    style: Style
    indexed: bool  # releases come from an index, which knows what is yanked
    back: bool  # good and bad are swapped
    packages: dict[str, Package]
    good: dict[str, str]
    bad: dict[str, str]
    roots: tuple[str, ...]
    asked: tuple[str, ...]
    sought: str  # a package whose presence the program tells, or nothing
    couples: tuple[Couple, ...]
    wanted: Wanted

    def lines(self, end: dict[str, str]) -> list[str]:
        """Return the requirements of one end as a person of this style writes them."""
        follow = {c.second for c in self.couples if c.bond in (Bond.EXACT, Bond.MUTUAL)}
        sign = "<=" if self.style is Style.LOOSE else "=="
        return [
            f"{name}{sign}{version}"
            for name, version in sorted(end.items())
            if self.style is Style.WHOLE or (name in self.roots and name not in follow)
        ]
