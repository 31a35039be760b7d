"""Judge everything the ledger knows of this run's cells. Nothing is stored: it can be redone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.core.cell_memory import CellMemory
from bot.core.facts import Planned
from bot.core.finding import Flip
from bot.core.fresh import moved_on
from bot.core.judge import Judged, cannot_run_here, judge, verdict
from bot.core.model import Cell, Link, Observation, Probe, Reason
from bot.core.outcome import NotRun, Unsolvable, Verdict
from bot.core.plan import BASELINE, NEWEST
from bot.core.schemes import Parsed
from bot.core.versions import key
from bot.steps.house import House

NOT_HERE = "not run here"
_LEFT_OUT = ("excluded", NOT_HERE)  # how a plan begins to say that a cell is nobody's failure
_Rank: TypeAlias = tuple[int, str, int, tuple[bool, Parsed, str], str]
Alone: TypeAlias = dict[tuple[str, str], Judged]  # a cell and a probe, held against goldens only


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """One probe in one planned cell, judged on its own and against the baseline."""

    planned: Planned
    probe: Probe
    after: Judged
    before: Judged | None
    verdict: Verdict


def rule(house: House, wanted: Callable[[Planned], bool] = lambda _: True) -> tuple[Ruled, ...]:
    """Return every result of this run's plan, or of its `wanted` cells, in that order."""
    alone: Alone = {}
    return tuple(
        _rule(house, each, probe, alone)
        for each in planned_of(house)
        if wanted(each)
        for probe in house.probes.get(each.row, ())
    )


def planned_of(house: House) -> tuple[Planned, ...]:
    """Return this run's plan in the order of the matrix, whenever its facts were told."""
    rows = {row.name: at for at, row in enumerate(house.matrix.rows)}
    planned = house.memory.planned.get(house.run, {}).values()
    known = [each for each in planned if each.row in rows]
    return tuple(sorted(known, key=lambda each: (rows[each.row], *_rank(house, each))))


def _rank(house: House, planned: Planned) -> _Rank:
    """Baseline first, then releases tried alone by component, all newest, and mixtures."""
    backend = planned.cell.backend if planned.cell else planned.backend
    if planned.trigger in (BASELINE, NEWEST):
        return (0 if planned.trigger == BASELINE else 2, "", 0, key(""), backend)
    name, alone, version = planned.trigger.partition("==")
    if not alone:
        return (3, planned.trigger, 0, key(""), backend)
    place = house.row(planned.row).components.index(name)
    return (1, "", place, key(version, house.matrix.components[name].scheme), backend)


def _rule(house: House, planned: Planned, probe: Probe, alone: Alone) -> Ruled:
    """Judge one probe of one cell; `alone` keeps what each baseline came to on its own."""
    if planned.cell is None:
        after = Judged(outcome=_absent(planned))
        verdict_ = verdict(None, after)
        return Ruled(planned=planned, probe=probe, after=after, before=None, verdict=verdict_)
    base = () if planned.trigger == BASELINE else observations(house, planned.against, probe)
    after = _judged(
        house, planned.cell, probe, within_scope(house, planned.cell.key, planned.against, base)
    )
    before = None
    if planned.trigger != BASELINE:
        place = (planned.against, probe.name)
        if place not in alone:
            alone[place] = _judged(house, house.memory.stacks.get(planned.against), probe, ())
        before = alone[place]
    return Ruled(
        planned=planned,
        probe=probe,
        after=after,
        before=before,
        verdict=verdict(before, after),
    )


def left_out(planned: Planned) -> bool:
    """Whether a cell was never meant to run here, and nothing stands in its way."""
    return planned.conflict.startswith(_LEFT_OUT)


def _absent(planned: Planned) -> NotRun | Unsolvable:
    if left_out(planned):
        return NotRun(why=planned.conflict.removeprefix(f"{NOT_HERE}: "))
    return Unsolvable(conflict=planned.conflict)


def observations(house: House, cell: str, probe: Probe) -> tuple[Observation, ...]:
    """Return what a cell showed of a probe: every repeat, or the failure that stopped the cell."""
    known = house.memory.cells.get(cell)
    if known is None:
        return ()
    if known.stopped is not None and _stopped_since(house, known, probe):
        failure = known.stopped.failure
        return (Observation(probe=probe.name, failure=failure, log=known.stopped.log),)
    seen = known.seen.get(probe.digest, ())
    return tuple(one if one.probe == probe.name else replace(one, probe=probe.name) for one in seen)


def _stopped_since(house: House, known: CellMemory, probe: Probe) -> bool:
    """Whether the attempt that stopped a cell was the last to ask this probe."""
    asked = known.asked(probe.digest)
    return asked == 0 or house.overdue(asked, known.ended)


def changed_by_itself(house: House, cell: Cell, probe: Probe) -> bool:
    """Whether a cell that was asked again shows what it did not: no release of it changed."""
    known = house.memory.cells.get(cell.key)
    if known is None:
        return False
    stopped = known.stopped is not None and _stopped_since(house, known, probe)
    before = known.seen.get(probe.digest, ()) if stopped else known.before(probe.digest)
    return moved_on(probe, before, observations(house, cell.key, probe), house.comparators)


def _judged(house: House, cell: Cell | None, probe: Probe, base: Sequence[Observation]) -> Judged:
    seen = observations(house, cell.key, probe) if cell else ()
    if not seen and cell and cell.backend in house.lacks:
        return Judged(outcome=NotRun(why=waits(house, cell.backend)))
    if any(cannot_run_here(one) for one in seen):
        return Judged(outcome=NotRun(why="this machine lacks an instruction that the build uses"))
    if not seen and cell and cell.key not in house.memory.cells:
        return Judged(outcome=NotRun(why="it waits for another run"))
    for one in seen:
        if one.failure and one.failure.reason is Reason.ELSEWHERE:
            return Judged(outcome=NotRun(why=one.failure.message))
    judged = judge(probe, seen, base, house.comparators)
    alike = judged.steady and not (cell and changed_by_itself(house, cell, probe))
    return replace(judged, steady=alike)


def waits(house: House, backend: str) -> str:
    """Say that a cell waits for a machine with the hardware of `backend`, and what lacks here."""
    return f"no such hardware: {backend} ({house.lacks[backend]})"


def within_scope(
    house: House, cell: str, against: str, base: Sequence[Observation]
) -> Sequence[Observation]:
    """Return what `cell` is held against, without numbers of another scope than its own.

    A number holds on one backend, device, driver and instruction set. A cell of before scopes
    were told is taken to be of this one.
    """
    mine, theirs = _scope(house, cell), _scope(house, against)
    if not mine or not theirs or mine == theirs:
        return base
    return [
        replace(one, seen=tuple(s for s in one.seen if s[0] is not Link.LOGPROBS)) for one in base
    ]


def _scope(house: House, cell: str) -> tuple[tuple[str, str], ...]:
    known = house.memory.cells.get(cell)
    return known.done.scope if known and known.done else ()


def flips(house: House, results: Sequence[Ruled]) -> Iterator[Flip]:
    """Yield every result whose behaviour moved, with both of its cells."""
    for each in results:
        cell, base = each.planned.cell, house.memory.stacks.get(each.planned.against)
        if cell is None or base is None or each.before is None or not each.verdict.flipped:
            continue
        yield Flip(
            row=each.planned.row,
            trigger=each.planned.trigger,
            cell=cell,
            baseline=base,
            probe=each.probe,
            verdict=each.verdict,
            before=each.before.outcome,
            after=each.after.outcome,
        )


def is_grey(judged: Judged) -> bool:
    """Whether a result says nothing about the stack."""
    return judged.spurious or isinstance(judged.outcome, NotRun | Unsolvable)
