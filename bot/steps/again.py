"""Where neighbouring releases part, and whether they part again: a divergence is seen thrice.

What differs is asked once more of fresh engines on both sides; what shows only after other
questions is asked again after them, and then it is the sequence that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bot.core.behaviour import (
    SEQUENCES,
    Candidate,
    Divergence,
    Side,
    candidates,
    divergence,
    family_of,
    mode_of,
    rows,
)
from bot.core.invariants import Broken, broken, unsteady
from bot.core.model import Failure, Link, Observation, Probe
from bot.core.parting import Parting, partings, stopping
from bot.steps.ask import ask, whole
from bot.steps.differ import Subject, keep, room, shuffled
from bot.steps.house import House

FEW, HANDFUL = 8, 8  # up to FEW rows each get an engine of their own, more share one by HANDFUL
TRIES = 3  # probes of one row that are asked again before it counts as not reproduced


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A package that the solver moved along."""

    package: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two neighbouring releases, what had to move with the upgrade, and what differs."""

    old: str
    new: str
    moved: tuple[Moved, ...] = ()
    divergences: tuple[Divergence, ...] = ()
    invariants: tuple[tuple[str, Broken], ...] = ()  # version, and what breaks there
    unreproduced: tuple[str, ...] = ()
    unasked: tuple[tuple[str, Failure], ...] = ()  # version, and what kept it from answering

    @property
    def uncompared(self) -> bool:
        """Whether nothing was compared, and no divergence of one side says why."""
        return len(self.unasked) > 1 or bool(self.unasked and not self.divergences)


@dataclass(slots=True, kw_only=True)
class Again:
    """Asks both sides once more, each probe of a fresh engine; answers are kept."""

    house: House
    subjects: tuple[Subject, Subject]
    heavy: bool
    heard: dict[tuple[int, int, str], Observation] = field(default_factory=dict)
    rerun: dict[tuple[int, str], Mapping[str, Observation]] = field(default_factory=dict)

    def fresh(self, probes: Sequence[Probe], draw: int = 0) -> None:
        """Ask `probes` of fresh engines on both sides, side by side."""
        jobs = [
            (at, [probe for probe in probes if (at, draw, probe.name) not in self.heard])
            for at in (0, 1)
        ]
        work = [job for job in jobs if job[1]]
        for (at, asked), told in self.house.runner.run(work, self._fresh):
            for probe in asked:
                self.heard[at, draw, probe.name] = told[probe.name]

    def _fresh(self, job: tuple[int, list[Probe]]) -> Mapping[str, Observation]:
        at, probes = job
        subject = self.subjects[at]
        with ExitStack() as stack:
            place = room(self.house, subject, stack)
            if isinstance(place, Failure):
                return {each.name: Observation(probe=each.name, failure=place) for each in probes}
            told: dict[str, Observation] = {}
            for batch in self._batches(probes):
                asked = ask(self.house, place, subject.guests, batch)
                keep(self.house, subject, batch, "third", asked)
                told.update({probe.name: whole(probe, asked) for probe in batch})
                self.house.progress.advance("confirm", subject.version)
            return told

    def _batches(self, probes: list[Probe]) -> list[list[Probe]]:
        """Return what each fresh engine is asked: one probe, or a handful where there are many."""
        size = len(probes) if self.heavy else HANDFUL if len(probes) > FEW else 1
        return [probes[at : at + size] for at in range(0, len(probes), size)]

    def sequence(self, name: str, probes: Sequence[Probe]) -> None:
        """Ask everything once more in the order of sequence `name`, on both sides."""
        order = shuffled(probes, name)

        def run(at: int) -> Mapping[str, Observation]:
            with ExitStack() as stack:
                place = room(self.house, self.subjects[at], stack)
                if isinstance(place, Failure):
                    return {}
                asked = ask(self.house, place, self.subjects[at].guests, order)
                keep(self.house, self.subjects[at], order, f"third {name}", asked)
                return {one.probe: one for one in asked.observations}

        for at, told in self.house.runner.run((0, 1), run):
            self.rerun[at, name] = told

    def pair(self, probe: Probe, draw: int = 0) -> tuple[Observation, Observation]:
        """Return what both sides said of `probe`."""
        return self.heard[0, draw, probe.name], self.heard[1, draw, probe.name]


def compare(
    house: House,
    subjects: tuple[Subject, Subject],
    seen: Mapping[Subject, Side],
    probes: Sequence[Probe],
    *,
    heavy: bool = False,
) -> Pair:
    """Return what differs between two subjects that were asked, each difference seen thrice."""
    old, new = (seen[subject] for subject in subjects)
    again = Again(house=house, subjects=subjects, heavy=heavy)
    stop = stopping(old.stopped, new.stopped)
    if stop is not None:
        found, lost = _stopped(again, probes, stop)
    elif old.stopped or new.stopped:
        found, lost = [], []
    else:
        found, lost = _found(again, probes, old, new)
    return Pair(
        old=old.version,
        new=new.version,
        moved=tuple(_moved(house, subjects)),
        divergences=tuple(found),
        invariants=tuple(_invariants(house, probes, old, new)),
        unreproduced=tuple(lost),
        unasked=tuple((side.version, side.stopped) for side in (old, new) if side.stopped),
    )


def _invariants(
    house: House, probes: Sequence[Probe], *sides: Side
) -> Iterator[tuple[str, Broken]]:
    """Yield what breaks on each side, once where both are the same release."""
    told: set[tuple[str, str, str]] = set()
    for side in sides:
        for each in invariants(house, probes, side):
            key = (side.version, each.invariant, each.probe)
            if key not in told:
                told.add(key)
                yield side.version, each


def _stopped(
    again: Again, probes: Sequence[Probe], stop: Parting
) -> tuple[list[Divergence], list[str]]:
    """A release that cannot be asked at all: try once more, with one probe."""
    again.fresh(probes[:1])
    told = [one.failure for one in again.pair(probes[0])]
    phases = [failure.phase if failure else None for failure in told]
    name = f"{stop.phase}: {stop.signature}"
    if stop.phase not in phases:
        return [], [name]
    return [Divergence(probe="", parting=stop, mode="fresh", signature=name)], []


def _found(
    again: Again, probes: Sequence[Probe], old: Side, new: Side
) -> tuple[list[Divergence], list[str]]:
    house = again.house
    grouped = rows(candidates(probes, old, new, house.comparators))
    sample = _sample(probes)
    house.progress.begin("confirm", 2 * (len(grouped) + len(sample)))
    found: dict[str, Divergence] = {}
    for at in range(TRIES):
        waiting = {name: row for name, row in grouped.items() if name not in found}
        tried = [row[at].probe for row in waiting.values() if at < len(row)]
        again.fresh(_unique(tried))
        for name, row in waiting.items():
            shown = next((one for one in row[: at + 1] if _same_again(again, one, old)), None)
            if shown is not None:
                mode = mode_of(shown.probe)
                found[name] = divergence(row, shown, mode, house.comparators)
    left = {name: row for name, row in grouped.items() if name not in found}
    found.update(_in_sequence(again, probes, left, old))
    found.update(_only_fresh(again, sample, grouped, old))
    lost = [name for name in left if name not in found]
    return sorted(found.values(), key=_causal), lost


def _causal(one: Divergence) -> tuple[int, str]:
    """Earlier links first: what stands there may explain what comes after."""
    link = one.parting.link
    return (list(Link).index(link) if link else -1, one.signature)


def _unique(probes: Sequence[Probe]) -> list[Probe]:
    return list({probe.name: probe for probe in probes}.values())


def _sample(probes: Sequence[Probe]) -> list[Probe]:
    """One probe of each family that is asked of a fresh engine though nothing speaks for it."""
    first: dict[str, Probe] = {}
    for probe in sorted(probes, key=lambda probe: probe.digest):
        first.setdefault(family_of(probe), probe)
    return list(first.values())


def _same_again(again: Again, one: Candidate, old: Side, draw: int = 0) -> bool:
    before, after = again.pair(one.probe, draw)
    return _shows(again.house, one, before, after, old)


def _shows(
    house: House, one: Candidate, before: Observation, after: Observation, old: Side
) -> bool:
    told = partings(one.probe, before, after, house.comparators, old.repeats(one.probe.name))
    wanted = (one.parting.link, one.parting.signature)
    return any((each.link, each.signature) == wanted for each in told)


def _in_sequence(
    again: Again, probes: Sequence[Probe], left: Mapping[str, Sequence[Candidate]], old: Side
) -> dict[str, Divergence]:
    """What no fresh engine shows is asked again after everything that came before it."""
    wanted = {sequence for row in left.values() for one in row for sequence in one.sequences}
    for sequence in sorted(wanted):
        again.sequence(sequence, probes)
    found: dict[str, Divergence] = {}
    for name, row in left.items():
        for one in row:
            if all(_in_order_again(again, one, sequence, old) for sequence in one.sequences):
                found[name] = divergence(row, one, "sequence", again.house.comparators)
                break
    return found


def _in_order_again(again: Again, one: Candidate, sequence: str, old: Side) -> bool:
    before = again.rerun[0, sequence].get(one.probe.name)
    after = again.rerun[1, sequence].get(one.probe.name)
    if before is None or after is None:
        return False
    return _shows(again.house, one, before, after, old)


def _only_fresh(
    again: Again,
    sample: Sequence[Probe],
    grouped: Mapping[str, Sequence[Candidate]],
    old: Side,
) -> dict[str, Divergence]:
    """What only fresh engines show, of a fixed sample; seen twice."""
    known = {one.probe.name for row in grouped.values() for one in row}
    asked = [probe for probe in sample if probe.name not in known]
    again.fresh(asked)
    seen = [one for probe in asked for one in _fresh_partings(again, probe, old, 0)]
    again.fresh(_unique([one.probe for one in seen]), draw=1)
    return {
        one.row: divergence((one,), one, "fresh", again.house.comparators)
        for one in seen
        if _same_again(again, one, old, draw=1)
    }


def _fresh_partings(again: Again, probe: Probe, old: Side, draw: int) -> Iterator[Candidate]:
    before, after = again.pair(probe, draw)
    reruns = old.repeats(probe.name)
    for parting in partings(probe, before, after, again.house.comparators, reruns):
        yield Candidate(probe=probe, parting=parting, sequences=())


def invariants(house: House, probes: Sequence[Probe], side: Side) -> tuple[Broken, ...]:
    """Return what breaks in both sequences of one side, and what differs between them."""
    one, other = (side.seen.get(sequence, {}) for sequence in SEQUENCES)
    twice = {(each.probe, each.invariant) for each in broken(probes, other)}
    both = [each for each in broken(probes, one) if (each.probe, each.invariant) in twice]
    return (*both, *unsteady(probes, one, other, house.comparators))


def _moved(house: House, subjects: tuple[Subject, Subject]) -> Iterator[Moved]:
    """What the solver moved beside the component itself."""
    before, after = (subject.cell for subject in subjects)
    if before is None or after is None:
        return
    watched = {house.pinned(name) for name, _ in before.components}
    left, right = before.closure.versions, after.closure.versions
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) != right.get(name) and name not in watched:
            yield Moved(package=name, old=left.get(name, ""), new=right.get(name, ""))
