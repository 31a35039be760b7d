"""Run one cell: two shuffled sequences, and a fresh engine for whatever is in doubt."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from bot.core.contained import Contained
from bot.core.facts import CellDone, CellStarted, CellStopped, Observed
from bot.core.impact import Offer
from bot.core.judge import agree, outcome
from bot.core.model import Cell, Failure, Observation, Probe
from bot.core.outcome import Outcome, Passed
from bot.core.reach import Reach, together
from bot.ports import Room
from bot.steps.ask import Asked, ask, modules
from bot.steps.carrying import Answers, carry, holds, objection, said_by, tell_reach
from bot.steps.house import House

FRESH_AT_MOST = 8  # probes of one cell that get an engine of their own
PAUSES = (1.0, 8.0)  # seconds before the second and the third attempt of a spoiled cell
Said: TypeAlias = tuple[tuple[str, str], ...]  # names and values
SAMPLE = 1  # probes that get one although nothing speaks against them


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A cell, and the probes of it that have no answer yet."""

    cell: Cell
    probes: tuple[Probe, ...]
    offer: Offer | None = None  # what can be carried over, as far as the plan could tell


def run_cell(house: House, work: Work) -> Cell:
    """Ask every probe of `work`; each answer is a fact, the last one that the cell is done.

    What the machine spoiled is tried again after a while, in an environment made anew; what the
    stack did is measured, and never tried again until it is green.
    """
    cell = work.cell
    house.progress.start("execute", cell.name)
    for tries, pause in enumerate((*PAUSES, 0.0)):
        if not _attempt(house.at(cell), work, fresh=tries > 0):
            break
        house.pause(pause)
    return cell


def _attempt(house: House, work: Work, *, fresh: bool) -> bool:
    """Run a cell once; whether the machine spoiled it."""
    cell = work.cell
    attempt = house.memory.attempt(house.run, cell.key)
    began = house.clock()
    started = CellStarted(cell=cell.key, worker=house.worker)
    house.tell(started, job=cell.key, attempt=attempt)
    with house.env.open(
        cell.closure, interpreter=cell.interpreter, limits=house.limits(), fresh=fresh
    ) as room:
        if isinstance(room, Failure):
            stopped: Failure | None = room
            said: Said = ()
            _stop(house, cell, "a", room, "", attempt)
        else:
            stopped, said = _answered(house, room, work, attempt)
    if stopped is not None and stopped.reason.spurious:
        return True
    told = done(house, cell, room, began, scope(house, cell, said))
    house.tell(told, job=cell.key, attempt=attempt)
    return False


def done(
    house: House,
    cell: Cell,
    room: Room | Failure,
    began: datetime,
    within: Said,
) -> CellDone:
    """Return the fact that a cell was asked everything, where that was, and `within` what."""
    contained = room if isinstance(room, Contained) else None
    return CellDone(
        cell=cell.key,
        environment=house.env.name,
        seconds=(house.clock() - began).total_seconds(),
        scope=within,
        containers=tuple(contained.containers) if contained else (),
        image=contained.image if contained else "",
    )


def prepare_cell(house: House, cell: Cell) -> Failure | None:
    """Put what a cell needs where it will be found, and ask nothing."""
    house = house.at(cell)
    house.progress.start("prepare", cell.name)
    with house.env.open(
        cell.closure, interpreter=cell.interpreter, limits=house.limits(), fresh=False
    ) as room:
        return room if isinstance(room, Failure) else None


def scope(house: House, cell: Cell, said: Said) -> Said:
    """Return what the numbers of a cell hold within: what is not known is left out."""
    told = (("backend", cell.backend), *said, *house.machine.get(cell.backend, ()))
    return tuple((name, value) for name, value in told if value)


def _answered(house: House, room: Room, work: Work, attempt: int) -> tuple[Failure | None, Said]:
    """Ask a cell what it must be asked, and carry over the rest where that holds.

    Returns what stopped the cell, and where its stack says that it computed.
    """
    offer = work.offer
    if offer is None or objection(house, room, work.cell, offer):
        return _sequences(house, room, work, attempt)[:2]
    left = [probe for probe in work.probes if probe.digest in offer.carried]
    few = replace(work, probes=tuple(probe for probe in work.probes if probe not in left))
    stopped, said, answers = None, said_by(house, offer.source), Answers()
    if few.probes:
        stopped, said, answers = _sequences(house, room, few, attempt)
    if stopped is not None and stopped.reason.passes:
        return stopped, said
    if holds(house, work.cell, offer, stopped, answers, attempt):
        carry(house, work.cell, offer, attempt)
        return None, said
    if stopped is not None:
        return stopped, said
    return _sequences(house, room, replace(work, probes=tuple(left)), attempt)[:2]


def _sequences(
    house: House, room: Room, work: Work, attempt: int
) -> tuple[Failure | None, Said, Answers]:
    """Ask in two orders, then one by one what is in doubt; returns the answers by probe too."""
    said: Said = ()
    reach: list[Reach | None] = []
    cell = work.cell
    guests = modules(house, [name for name, _ in cell.components], cell.model)
    answers: Answers = {probe.name: [] for probe in work.probes}
    watch = house.matrix.impact is not None
    for sequence in ("a", "b"):
        order = list(work.probes)
        random.Random(f"{cell.row} {sequence}").shuffle(order)  # noqa: S311 - an order, no secret
        asked = ask(house, room, guests, order, watch=watch)
        _tell(house, work, sequence, asked, attempt)
        said = asked.said
        reach += asked.reach
        if asked.stopped is not None:
            _stop(house, cell, sequence, asked.stopped, asked.log, attempt)
            return asked.stopped, said, answers
        for observation in asked.observations:
            answers[observation.probe].append(observation)
    for probe in list(_doubtful(house, work.probes, answers))[:FRESH_AT_MOST]:
        asked = ask(house, room, guests, [probe], watch=watch)
        reach += asked.reach
        _tell(house, work, "fresh", asked, attempt)
    tell_reach(house, cell, work.probes, together(reach), attempt)
    return None, said, answers


def _doubtful(house: House, probes: Sequence[Probe], answers: Answers) -> Iterator[Probe]:
    """What differs between the sequences, a fixed sample, and what differs from its golden."""
    rest = sorted(probes, key=lambda probe: probe.digest)[:SAMPLE]
    apart, wrong = [], []
    for probe in probes:
        seen = answers[probe.name]
        if any(not agree(probe, seen[0], one, house.comparators) for one in seen[1:]):
            apart.append(probe)
        elif any(not isinstance(_alone(house, probe, one), Passed) for one in seen):
            wrong.append(probe)
    yield from apart
    yield from rest
    yield from (probe for probe in wrong if probe not in rest)


def _alone(house: House, probe: Probe, seen: Observation) -> Outcome:
    return outcome(probe, seen, (), house.comparators)


def _tell(house: House, work: Work, sequence: str, asked: Asked, attempt: int) -> None:
    digests = {probe.name: probe.digest for probe in work.probes}
    for observation in asked.observations:
        fact = Observed(
            cell=work.cell.key,
            probe=digests[observation.probe],
            sequence=sequence,
            observation=observation,
        )
        house.tell(fact, job=work.cell.key, attempt=attempt)


def _stop(
    house: House, cell: Cell, sequence: str, stopped: Failure, log: str, attempt: int
) -> None:
    fact = CellStopped(cell=cell.key, sequence=sequence, failure=stopped, log=log)
    house.tell(fact, job=cell.key, attempt=attempt)
