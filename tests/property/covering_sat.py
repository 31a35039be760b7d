"""A judge of covering arrays that shares nothing with what makes them: a SAT solver decides.

It says which combinations a row may have; which ones stand is seen in the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from math import prod

from pysat.solvers import Solver


def faults(
    domains: Sequence[int],
    forbidden: Sequence[Mapping[int, int]],
    rows: Sequence[tuple[int, ...]],
    strength: int = 2,
) -> list[str]:
    """Say all that is wrong with `rows`: strange, forbidden and double ones, what they miss."""
    wide = range(len(domains))
    found = [
        f"strange: {row}"
        for row in rows
        if len(row) != len(domains) or not all(0 <= row[at] < domains[at] for at in wide)
    ]
    found += [f"twice: {row}" for row in {*rows} if rows.count(row) > 1]
    found += [
        f"forbidden: {row}"
        for row in rows
        if any(all(row[at] == value for at, value in one.items()) for one in forbidden)
    ]
    with Solver("g4") as solver:
        number = _clauses(solver, domains, forbidden)
        for columns in combinations(wide, strength):
            there = {tuple(row[at] for at in columns) for row in rows}
            if len(there) == prod(domains[at] for at in columns):
                continue
            found += [
                f"missed: {dict(zip(columns, values, strict=True))}"
                for values in product(*(range(domains[at]) for at in columns))
                if values not in there
                and solver.solve([number[pair] for pair in zip(columns, values, strict=True)])
            ]
    return found


def _clauses(
    solver: Solver, domains: Sequence[int], forbidden: Sequence[Mapping[int, int]]
) -> dict[tuple[int, int], int]:
    pairs = [(at, value) for at, size in enumerate(domains) for value in range(size)]
    number = {pair: at for at, pair in enumerate(pairs, start=1)}
    for at, size in enumerate(domains):
        mine = [number[at, value] for value in range(size)]
        solver.add_clause(mine)
        for one, other in combinations(mine, 2):
            solver.add_clause([-one, -other])
    for rule in forbidden:
        solver.add_clause([-number[pair] for pair in rule.items()])
    return number
