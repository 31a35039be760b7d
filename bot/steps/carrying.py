"""What is carried over into a cell instead of being asked, and the sample that proves it.

Only what an earlier run saw is carried, so which probes are does not depend on the order in which
the cells of a run end. A cell is installed whatever is carried into it: a release that cannot be
is news, and only what was installed tells what it brings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from bot.core.carried import CARRIED, Carried, Refuted, reached
from bot.core.cell_memory import CellMemory
from bot.core.contained import Contained
from bot.core.facts import Observed
from bot.core.impact import Known, Offer, best, moved
from bot.core.judge import agree
from bot.core.model import Cell, Closure, Failure, Observation, Probe
from bot.core.reach import Reach, brings
from bot.ports import Room
from bot.steps.house import House
from bot.steps.inside import Open
from bot.steps.verdicts import changed_by_itself, planned_of

Answers: TypeAlias = dict[str, list[Observation]]  # by the name of the probe
LOOKED_AT = 8  # cells whose answers are looked at, of all that come into question


def offered(house: House, cell: Cell, probes: Sequence[Probe]) -> Offer | None:
    """Return what can be carried into `cell`, as far as that is known before it is installed."""
    part, row = house.matrix.impact, house.row(cell.row)
    if part is None or not probes or row.existing or house.memory.again(cell):
        return None
    names = [probe.digest for probe in probes]
    there = house.at(cell)
    found = [
        Known(key=one.key, closure=one.closure, reach=_reach(there, one, probes))
        for one in sorted(_alike(there, cell), key=lambda one: _rank(house, one, cell.closure))
    ]
    doubted = house.memory.doubted
    return best(cell.key, cell.closure, names, found[:LOOKED_AT], part=part, doubted=doubted)


def _rank(house: House, one: Cell, closure: Closure) -> tuple[int, int, str]:
    """The nearest first, of those the newest."""
    return len(moved(one.closure, closure) or ()), -house.memory.cells[one.key].ended, one.key


def _alike(house: House, cell: Cell) -> Iterator[Cell]:
    """Yield the cells that an earlier run asked in the same row, in the same surroundings."""
    fixed = dict(house.machine.get(cell.backend, ()))
    for key, one in house.memory.stacks.items():
        known = house.memory.cells.get(key)
        if known is None or known.done is None or known.stopped or known.ended >= house.run:
            continue
        scope = dict(known.done.scope)
        if (
            _place(one) == _place(cell)
            and known.done.environment == house.env.name
            and all(scope.get(name) == value for name, value in fixed.items() if value)
            and moved(one.closure, cell.closure)
        ):
            yield one


def _place(cell: Cell) -> tuple[str, ...]:
    model = (cell.model, cell.model_digest, cell.options)
    return (cell.row, cell.backend, *model, cell.interpreter, cell.image)


def _reach(house: House, one: Cell, probes: Sequence[Probe]) -> Reach:
    """Return what was out of reach in a cell, of the probes that it answered beyond doubt."""
    known = house.memory.cells[one.key]
    idle: dict[str, frozenset[str]] = {}
    late: dict[str, frozenset[str]] = {}
    for probe in probes:
        told = known.reach(probe.digest)
        if told is None or not _beyond_doubt(house, one, known, probe):
            continue
        reach = told.reach
        idle |= {name: each for name, each in reach.idle.items() if name not in idle}
        late[probe.digest] = reach.late[probe.digest]
    late = {name: each | _not_in_all(idle, known, name) for name, each in late.items()}
    return Reach(idle=idle, late=late)


def _not_in_all(
    idle: Mapping[str, frozenset[str]], known: CellMemory, probe: str
) -> frozenset[str]:
    """What was out of reach of another probe's process, but is not known to be of this one's."""
    told = known.reach(probe)
    return frozenset(idle) - frozenset(told.reach.idle if told else ())


def _beyond_doubt(house: House, one: Cell, known: CellMemory, probe: Probe) -> bool:
    """Whether an answer was given here, not long ago, every time in the same way."""
    seen = known.seen.get(probe.digest, [])
    spoiled = any(each.failure and each.failure.reason.passes for each in seen)
    alike = all(agree(probe, seen[0], each, house.comparators) for each in seen[1:])
    old = house.overdue(known.asked(probe.digest))
    changed = changed_by_itself(house, one, probe)
    return bool(seen) and alike and not (spoiled or old or changed or known.carried(probe.digest))


def objection(house: House, room: Room, cell: Cell, offer: Offer) -> str:
    """Say what in the room of `cell` speaks against an offer, or nothing."""
    source = house.memory.cells[offer.source]
    done = source.done
    if house.memory.doubted.intersection(offer.moved):
        return "it was refuted a moment ago"
    if isinstance(room, Contained) and done and room.image != done.image:
        return "it began with another image"
    reach = source.reach((*offer.carried, *offer.sampled)[0])
    for name in offer.moved:
        pages = room.pages(name) if isinstance(room, Open) else None
        if pages is None or reach is None:
            return f"nobody can tell what {name} brings"
        files = pages.files
        plugs = [path for path in files if path.endswith(".dist-info/entry_points.txt")]
        why = brings(files, "\n".join(map(pages.text, plugs)), reach.reach.idle.get(name, ()))
        if why:
            return f"{name} {cell.closure.version(name)} {why}"
    return ""


def holds(
    house: House,
    cell: Cell,
    offer: Offer,
    stopped: Failure | None,
    answers: Mapping[str, Sequence[Observation]],
    attempt: int,
) -> bool:
    """Whether every probe that was asked all the same showed what would have been carried over.

    Where it did not, that is a fact: what moved is taken for reached from now on.
    """
    source = house.memory.cells[offer.source]
    probes = [probe for probe in house.probes[cell.row] if probe.digest in offer.sampled]
    odd = [
        probe
        for probe in probes
        if stopped
        or not all(
            agree(probe, source.seen[probe.digest][0], one, house.comparators)
            for one in answers[probe.name]
            if not (one.failure and one.failure.reason.passes)
        )
    ]
    if not odd and stopped is None:
        return True
    fact = Refuted(
        cell=cell.key,
        source=offer.source,
        moved=offer.moved,
        probe=odd[0].digest if odd and not stopped else "",
    )
    house.tell(fact, job=cell.key, attempt=attempt)
    what = f"{odd[0].name} shows something else" if odd and not stopped else "it does not start"
    names = ", ".join(offer.moved)
    told = f"{cell.name}: {names} reached more than was seen: {what}; all of it is asked"
    house.progress.note(f"{told}, and nothing is carried over past {names} any more")
    return False


def carry(house: House, cell: Cell, offer: Offer, attempt: int) -> None:
    """Take the answers over, as facts that say from where."""
    if not offer.carried:
        return
    source = house.memory.cells[offer.source]
    for probe in offer.carried:
        for one in source.seen[probe]:
            seen = Observed(cell=cell.key, probe=probe, sequence=CARRIED, observation=one)
            house.tell(seen, job=cell.key, attempt=attempt)
    fact = Carried(
        cell=cell.key,
        source=offer.source,
        moved=offer.moved,
        probes=tuple(sorted(offer.carried)),
        since=min(map(source.asked, offer.carried)),
    )
    house.tell(fact, job=cell.key, attempt=attempt)


def doubtful(house: House) -> bool:
    """Whether a cell of this run rests on answers that were carried past what is doubted now."""
    return bool(house.memory.doubted) and any(
        house.doubted(each.cell.key, probe.digest)
        for each in planned_of(house)
        if each.cell
        for probe in house.needs(each.cell)
    )


def said_by(house: House, source: str) -> tuple[tuple[str, str], ...]:
    """Return where the stack of a cell said that it computed: what its machine did not know."""
    stack, done = house.memory.stacks[source], house.memory.cells[source].done
    fixed = {"backend", *dict(house.machine.get(stack.backend, ()))}
    return tuple(each for each in done.scope if each[0] not in fixed) if done else ()


def tell_reach(
    house: House, cell: Cell, probes: Sequence[Probe], reach: Reach | None, attempt: int
) -> None:
    """Keep what the processes of a cell did not reach, where they could tell."""
    if reach is None:
        return
    digests = {probe.name: probe.digest for probe in probes}
    late = {digests[name]: each for name, each in reach.late.items() if name in digests}
    told = reached(cell.key, Reach(idle=reach.idle, late=late))
    house.tell(told, job=cell.key, attempt=attempt)
