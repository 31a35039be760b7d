"""Ask several releases of one component the same things, in two orders, in two processes.

Nothing is taken from an earlier run: a release that is compared with itself runs twice. What the
answers say of each other is found in `steps.again`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bot.core.behaviour import SEQUENCES, Side
from bot.core.facts import CellStopped, Observed, Planned
from bot.core.model import Cell, Failure, Json, Observation, Phase, Probe, Reason
from bot.ports import Room
from bot.steps.ask import Asked, ask
from bot.steps.cells import Said, done, scope
from bot.steps.house import House


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """One release to ask: its cell, or why it has none, and the guests that speak for it."""

    version: str
    cell: Cell | None
    guests: Json = None
    conflict: str = ""
    draw: int = 0  # tells two runs of the same release apart


def sides(
    house: House, subjects: Sequence[Subject], probes: Sequence[Probe]
) -> Mapping[Subject, Side]:
    """Ask every subject everything, in two orders; nothing that is known already is used."""
    house.progress.begin("ask", len(subjects))
    found: dict[Subject, Side] = {}
    for subject, side in house.runner.run(subjects, lambda one: _side(house, one, probes)):
        found[subject] = side
        house.progress.advance("ask", subject.version)
    return found


def unreachable(house: House, subject: Subject, probe: Probe) -> Failure | None:
    """Ask one question, and keep nothing: it tells whether a subject can be asked at all."""
    with ExitStack() as stack:
        place = room(house, subject, stack)
        if isinstance(place, Failure):
            return place
        return ask(house, place, subject.guests, [probe]).stopped


def _side(house: House, subject: Subject, probes: Sequence[Probe]) -> Side:
    house.progress.start("ask", subject.version)
    began = house.clock()
    if subject.cell is not None:
        planned = Planned(
            row=subject.cell.row, trigger=str(subject.draw), cell=subject.cell, against=""
        )
        house.tell(planned, job=f"plan {subject.draw}")
    seen: dict[str, dict[str, Observation]] = {}
    stopped: Failure | None = None
    said: Said = ()
    with ExitStack() as stack:
        place = room(house, subject, stack)
        for sequence in SEQUENCES:
            if isinstance(place, Failure):
                stopped = place
                break
            asked = ask(house, place, subject.guests, shuffled(probes, sequence))
            keep(house, subject, probes, sequence, asked)
            seen[sequence] = {one.probe: one for one in asked.observations}
            stopped = stopped or asked.stopped
            said = said or asked.said
    if subject.cell is not None:
        fact = done(house, subject.cell, place, began, scope(house, subject.cell, said))
        house.tell(fact, job=subject.cell.key, attempt=subject.draw)
    return Side(version=subject.version, stopped=stopped, seen=seen)


def room(house: House, subject: Subject, stack: ExitStack) -> Room | Failure:
    """Open the room of a subject until `stack` is left, or say why it has none."""
    cell = subject.cell
    if cell is None:
        reason = Reason.NOT_INSTALLABLE
        return Failure(phase=Phase.RESOLVE, reason=reason, message=subject.conflict)
    return stack.enter_context(
        house.env.open(
            cell.closure, interpreter=cell.interpreter, limits=house.limits(), fresh=False
        )
    )


def shuffled(probes: Sequence[Probe], sequence: str) -> list[Probe]:
    """The order of a sequence: the same on both sides, so that only the release differs."""
    order = list(probes)
    random.Random(f"diff {sequence}").shuffle(order)  # noqa: S311 - an order, no secret
    return order


def keep(
    house: House, subject: Subject, probes: Sequence[Probe], sequence: str, asked: Asked
) -> None:
    """Tell the ledger what was seen; two runs of one release are two attempts."""
    if subject.cell is None:
        return
    key = subject.cell.key
    digests = {probe.name: probe.digest for probe in probes}
    for one in asked.observations:
        fact = Observed(cell=key, probe=digests[one.probe], sequence=sequence, observation=one)
        house.tell(fact, job=key, attempt=subject.draw)
    if asked.stopped is not None:
        fact_ = CellStopped(cell=key, sequence=sequence, failure=asked.stopped, log=asked.log)
        house.tell(fact_, job=key, attempt=subject.draw)
