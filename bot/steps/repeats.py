"""A against A: the same stack, the same questions, two processes. What differs is nobody's fault.

Every cell is asked everything at least twice, so each run measures its own false alarms; whoever
wants more runs whole matrices against themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.judge import agree
from bot.core.model import Cell, Observation, Probe
from bot.core.stats import Rate
from bot.steps.again import Pair, compare
from bot.steps.ask import modules
from bot.steps.differ import Subject, sides
from bot.steps.house import House
from bot.steps.verdicts import planned_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstItself:
    """One cell, run twice from scratch: what was listed all the same, and odd answers."""

    cell: str
    pair: Pair
    answers: Rate  # answers unlike the usual one of their probe, of all answers
    flaky: tuple[tuple[str, Rate], ...]  # probes that have such answers


def repeated(house: House, cells: Sequence[Cell]) -> Rate:
    """Return how many questions of `cells` were answered in two ways, of all asked twice."""
    wrong = total = 0
    for cell in {cell.key: cell for cell in cells}.values():
        known = house.memory.cells.get(cell.key)
        for probe in house.probes.get(cell.row, ()):
            seen = known.seen.get(probe.digest, []) if known else []
            seen = [] if known and known.carried(probe.digest) else seen
            pairs = [one for one in seen[1:] if not _machine(one) and not _machine(seen[0])]
            total += len(pairs)
            wrong += sum(not agree(probe, seen[0], one, house.comparators) for one in pairs)
    return Rate(hits=wrong, total=total)


def _machine(seen: Observation) -> bool:
    return seen.failure is not None and seen.failure.reason.spurious


def cells_of(house: House) -> tuple[Cell, ...]:
    """Return the distinct cells of this run's plan."""
    return tuple({each.cell.key: each.cell for each in planned_of(house) if each.cell}.values())


def against_itself(house: House, cell: Cell, runs: int) -> Iterator[AgainstItself]:
    """Run `cell` twice from scratch, `runs` times over; nothing known is used."""
    house = house.at(cell)
    guests = modules(house, [name for name, _ in cell.components], cell.model)
    probes = house.probes[cell.row]
    for draw in range(runs):
        both = tuple(
            Subject(version=cell.name, cell=cell, guests=guests, draw=2 * draw + at)
            for at in (0, 1)
        )
        seen = sides(house, both, probes)
        pair = compare(house, (both[0], both[1]), seen, probes)
        answers = {
            probe.name: [one for side in both for one in seen[side].repeats(probe.name)]
            for probe in probes
        }
        yield AgainstItself(
            cell=cell.name,
            pair=pair,
            answers=_odd(house, probes, answers),
            flaky=tuple(_flaky(house, probes, answers)),
        )


def _groups(house: House, probe: Probe, told: Sequence[Observation]) -> Counter[int]:
    """Sort answers into kinds; returns how many there are of each, by the first of its kind."""
    kinds: list[int] = []
    counted: Counter[int] = Counter()
    for at, one in enumerate(told):
        kind = next((k for k in kinds if agree(probe, told[k], one, house.comparators)), None)
        if kind is None:
            kinds.append(at)
        counted[at if kind is None else kind] += 1
    return counted


def odd_answers(house: House, probe: Probe, told: Sequence[Observation]) -> Rate:
    """Return how many answers are unlike the most usual one."""
    counted = _groups(house, probe, told)
    return Rate(hits=len(told) - max(counted.values(), default=0), total=len(told))


def _odd(house: House, probes: Sequence[Probe], answers: dict[str, list[Observation]]) -> Rate:
    rates = [odd_answers(house, probe, answers[probe.name]) for probe in probes]
    return Rate(hits=sum(r.hits for r in rates), total=sum(r.total for r in rates))


def _flaky(
    house: House, probes: Sequence[Probe], answers: dict[str, list[Observation]]
) -> Iterator[tuple[str, Rate]]:
    for probe in probes:
        rate = odd_answers(house, probe, answers[probe.name])
        if rate.hits:
            yield probe.name, rate
