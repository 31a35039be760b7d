"""Covering arrays: few rows in which every combination of `strength` values that can be stands.

A column is a thing that varies, and its values are 0, 1, 2 …; what can not be is told as
combinations that are forbidden. Rows that must be there are told as what must stand in them.

>>> rows = cover((2, 2, 2))
>>> len(rows), len({row[:2] for row in rows}), len({row[1:] for row in rows})
(4, 4, 4)
>>> cover((2, 2, 2), forbidden=[{0: 0, 1: 0}], required=[(1, 1, None)])[0][:2]
(1, 1)

Tomorrow a column has a value more: what was run stays, and only what is new is added.

>>> wider = extend(rows, (3, 2, 2))
>>> wider[:4] == rows, len(wider)
(True, 6)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Final, TypeAlias

from bot.core.cover_course import Budget, Course
from bot.core.cover_open import Demand
from bot.core.cover_space import Space

Row: TypeAlias = tuple[int, ...]
Partial: TypeAlias = Mapping[int, int] | Sequence[int | None]

CLOCK: Final = monotonic  # seconds of a budget are those that somebody waits
_LEAST = 2  # of strength


class NoRowError(ValueError):
    """What is forbidden leaves no row at all."""


def cover(  # noqa: PLR0913 - each is one thing that a caller may say
    domains: Sequence[int],
    strength: int = 2,
    forbidden: Sequence[Mapping[int, int]] = (),
    required: Sequence[Partial] = (),
    seed: int = 0,
    budget_seconds: float = 1.0,
    *,
    stronger: Mapping[Sequence[int], int] | None = None,
    budget_steps: int | None = None,
    clock: Callable[[], float] = CLOCK,
) -> list[Row]:
    """Return few rows that have every combination of `strength` values that some row may have.

    `domains`: how many values each column has, one or more. `forbidden`: combinations, as
    {column: value}, that no row may have; what follows from them is found. `required`: parts of
    rows, as {column: value} or as a row with None where anything may stand; each stands in a row,
    those rows come first, in this order, and one row may serve several. `stronger`: a higher
    strength among some columns, as {columns: strength}. Of fewer columns than `strength`, all
    combinations are covered. No row comes twice.

    The search stops at a size that no array goes below, or after `budget_seconds` of `clock` or
    `budget_steps` steps, and a whole array is made in any case, however long that takes. The same
    `seed` walks the same way on every machine, and the budget only says how far: with
    `budget_steps` and endless seconds the rows are the same everywhere.

    Whether a row may be is found by complete search, which for some sets of forbidden
    combinations can take exponentially long, as for every way to decide it.

    Raises ValueError where something names what is not there, or a required row can not be, and
    its kind NoRowError where no row can be.
    """
    budget = Budget(clock, seconds=budget_seconds, steps=budget_steps)
    space, demands = _asked(domains, strength, forbidden, stronger or {})
    parts = [_part(one, domains, f"required[{at}]") for at, one in enumerate(required)]
    for at, part in enumerate(parts):
        if not space.complete(space.bits(part)):
            message = f"required[{at}] {part}: no row that is allowed has it; drop or change it"
            raise ValueError(message)
    given = [space.bits(part) for part in parts]
    rows = Course(space, demands, given, seed, budget).run()
    first = (next(row for row in rows if not must & ~row) for must in given)
    return [space.values(row)[: len(domains)] for row in dict.fromkeys((*first, *rows))]


def extend(  # noqa: PLR0913 - as `cover`
    rows: Sequence[Partial],
    domains: Sequence[int],
    strength: int = 2,
    forbidden: Sequence[Mapping[int, int]] = (),
    seed: int = 0,
    budget_seconds: float = 1.0,
    *,
    stronger: Mapping[Sequence[int], int] | None = None,
    budget_steps: int | None = None,
    clock: Callable[[], float] = CLOCK,
) -> list[Row]:
    """Return `rows` that may still be, as they are and in their order, then few that are missing.

    A row is left out where it has a value that is gone, or what is forbidden by now. It may be
    shorter than `domains`, or have None in it: then it is completed. The rest is as in `cover`.
    """
    space, _ = _asked(domains, strength, forbidden, stronger or {})
    return cover(
        domains,
        strength,
        forbidden,
        [row for row in rows if _may_be(space, row)],
        seed,
        budget_seconds,
        stronger=stronger,
        budget_steps=budget_steps,
        clock=clock,
    )


def _may_be(space: Space, row: Partial) -> bool:
    part = _parted(row)
    inside = all(
        0 <= column < len(space.domains) and 0 <= value < space.domains[column]
        for column, value in part.items()
    )
    return inside and space.complete(space.bits(part)) != 0


def _asked(
    domains: Sequence[int],
    strength: int,
    forbidden: Sequence[Mapping[int, int]],
    stronger: Mapping[Sequence[int], int],
) -> tuple[Space, list[Demand]]:
    """Check what is asked; columns of one value fill up to `strength`."""
    if not domains or min(domains) < 1:
        raise ValueError(f"domains {tuple(domains)}: give each column one value or more")
    if strength < _LEAST:
        raise ValueError(f"strength {strength}: give 2 or more")
    rules = [_part(one, domains, f"forbidden[{at}]") for at, one in enumerate(forbidden)]
    if not all(rules):
        raise ValueError("forbidden: an empty combination forbids every row; leave it out")
    space = Space((*domains, *[1] * (strength - len(domains))), rules)
    if not space.complete(0):
        raise NoRowError("forbidden: together they leave no row; drop what is not so")
    demands = [Demand(columns=(1 << space.items) - 1, strength=strength)]
    for columns, more in stronger.items():
        chosen = _part(dict.fromkeys(columns, 0), domains, f"stronger {tuple(columns)}")
        if min(more, len(chosen)) > strength:
            inside = sum(space.columns[column] for column in chosen)
            demands.append(Demand(columns=inside, strength=min(more, len(chosen))))
    return space, demands


def _part(part: Partial, domains: Sequence[int], where: str) -> dict[int, int]:
    """Return a part of a row as {column: value}, and see that all it names is there."""
    values = _parted(part)
    for column, value in values.items():
        if not 0 <= column < len(domains):
            message = f"{where} names column {column}; there are 0 to {len(domains) - 1}"
            raise ValueError(message)
        if not 0 <= value < domains[column]:
            message = f"{where} names value {value} of column {column}; it has {domains[column]}"
            raise ValueError(message)
    return values


def _parted(part: Partial) -> dict[int, int]:
    if isinstance(part, Mapping):
        return dict(part)
    return {column: value for column, value in enumerate(part) if value is not None}
