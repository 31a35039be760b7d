"""Drive the reduction: ask both sides smaller and smaller questions while they still part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Literal

from bot.core.facts import Tried
from bot.core.finding import Group
from bot.core.judge import between
from bot.core.model import Closure, Failure, Json, Observation, Probe
from bot.core.outcome import Explanation, Verdict
from bot.core.reduce import FIXED, Reduce
from bot.core.trial import Trial
from bot.ports import Room
from bot.steps.ask import ask, modules, whole
from bot.steps.close import close
from bot.steps.house import House
from bot.steps.search import asked_of

DECODING = frozenset({"temperature", "seed", "top_k", "top_p", "stream"})
WIDTH = 24  # candidates asked in one process
_WHOLE = {"script": frozenset({"source"})}  # half a program is no smaller program
CALLS_AT_MOST = 240  # questions to the two sides, both counted as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The working and the broken closure: they differ in the culprit and what it forces."""

    good: Closure
    bad: Closure

    @property
    def both(self) -> tuple[Closure, Closure]:
        """The good one and the bad one."""
        return self.good, self.bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Smallest:
    """The smallest question, what each side answers to it, and how many were asked to find it."""

    probe: Probe
    good: Observation
    bad: Observation
    calls: int


def sides(house: House, group: Group, explanation: Explanation) -> Sides | None:
    """Return the closest two closures that part, or None where they cannot be resolved again."""
    flip = group.plainest
    house = house.at(flip.cell)
    older, newer = (
        {c.package: c.last_good for c in explanation.culprits},
        {c.package: c.first_bad for c in explanation.culprits},
    )
    works, breaks = (newer, older) if flip.verdict is Verdict.FIXED else (older, newer)
    leans: tuple[Literal["good", "bad"], ...] = ("good", "bad")
    for lean in leans:
        good = close(house, asked_of(house, flip, _trial(works, lean)))
        bad = close(house, asked_of(house, flip, _trial(breaks, lean)))
        if isinstance(good, Closure) and isinstance(bad, Closure):
            return Sides(good=good, bad=bad)
    return None


def _trial(versions: Mapping[str, str], lean: Literal["good", "bad"]) -> Trial:
    return Trial(versions=tuple(versions.items()), lean=lean)


def shown_by(house: House, group: Group) -> frozenset[str]:
    """Return the probes of `group` that its culprit, at its first bad release, really flips.

    The plainest one always counts: it was searched with. Where no culprit was found, or the
    closures cannot be built again, nothing is taken from the group.
    """
    house = house.at(group.plainest.cell)
    found = house.memory.explained[group.search].explanation
    plainest = group.plainest.probe
    others = {flip.probe.name: flip.probe for flip in group.flips if flip.probe != plainest}
    apart = sides(house, group, found) if found.culprits and others else None
    if apart is None:
        return frozenset((plainest.name, *others))
    seen = [_asked_of_side(house, group, closure, list(others.values())) for closure in apart.both]
    flipped = {
        name
        for name, probe in others.items()
        if between(probe, seen[0][name], seen[1][name], house.comparators)
    }
    return frozenset({plainest.name, *flipped})


def _asked_of_side(
    house: House, group: Group, closure: Closure, probes: Sequence[Probe]
) -> dict[str, Observation]:
    """Ask `probes` of a closure in one process, or remember what it answered."""
    search = f"{group.search} {closure.digest[:12]}"
    known = {probe.name: house.memory.tried.get((search, probe.name)) for probe in probes}
    missing = [probe for probe in probes if known[probe.name] is None]
    if missing:
        for seen in _ask_fresh(house, group, closure, missing):
            job = f"explain {search} {seen.probe}"
            house.tell(Tried(search=search, trial=seen.probe, observation=seen), job=job)
    told = {probe.name: house.memory.tried[(search, probe.name)] for probe in probes}
    return {name: each.observation for name, each in told.items() if each.observation}


def _ask_fresh(
    house: House, group: Group, closure: Closure, probes: Sequence[Probe]
) -> tuple[Observation, ...]:
    cell = group.plainest.cell
    with _open(house, group, closure) as room:
        if isinstance(room, Failure):
            return tuple(Observation(probe=probe.name, failure=room) for probe in probes)
        guests = modules(house, [name for name, _ in cell.components], cell.model)
        asked = ask(house, room, guests, probes)
        return tuple(whole(probe, asked) for probe in probes)


def shrink(house: House, group: Group, apart: Sides) -> Smallest | None:
    """Return the smallest question that still tells the two sides apart in the same way.

    None where the two sides do not part when asked here.
    """
    house = house.at(group.plainest.cell)
    with _open(house, group, apart.good) as good, _open(house, group, apart.bad) as bad:
        if isinstance(good, Failure) or isinstance(bad, Failure):
            return None
        return _shrink(house, group, good, bad)


def _shrink(house: House, group: Group, good: Room, bad: Room) -> Smallest | None:
    probe = _bare(group)
    names = [name for name, _ in group.plainest.cell.components]
    first = _both(house, group, (good, bad), names, (probe,))[0]
    wanted = between(probe, *first, house.comparators)
    if not wanted:
        return None
    for name in names if len(names) > 1 else ():
        fewer = [one for one in names if one != name] or names
        seen = _both(house, group, (good, bad), fewer, (probe,))[0]
        if _still(house, probe, *seen, wanted, first[0]):
            names, first = fewer, seen
    machine = Reduce(probe.request, keep=_keeps(probe), fixed=_fixed(probe), width=WIDTH)
    best = Smallest(probe=probe, good=first[0], bad=first[1], calls=0)
    while (candidates := machine.propose()) and machine.calls < CALLS_AT_MOST:
        probes = [replace(probe, request=one, name=f"c{at}") for at, one in enumerate(candidates)]
        answers = _both(house, group, (good, bad), names, probes)
        for one, (left, right) in zip(probes, answers, strict=True):
            machine.tell(one.request, _still(house, one, left, right, wanted, first[0]))
        for one, (left, right) in zip(probes, answers, strict=True):
            if machine.best == one.request:
                best = Smallest(probe=one, good=left, bad=right, calls=machine.calls)
        house.progress.advance("reduce", group.finding)
    return replace(best, probe=replace(best.probe, name=probe.name), calls=machine.calls)


def _keeps(probe: Probe) -> Callable[[Json], bool]:
    """What a smaller question must keep: the decoding, for a sampled answer proves nothing.

    That it is as much of a chat as the whole was is seen to by the machine.
    """
    whole = probe.request if isinstance(probe.request, dict) else {}
    stays = DECODING | _WHOLE.get(probe.ask, frozenset())
    kept = {key: value for key, value in whole.items() if key in stays}

    def keep(smaller: Json) -> bool:
        return not kept or (isinstance(smaller, dict) and kept.items() <= smaller.items())

    return keep


def _fixed(probe: Probe) -> frozenset[str]:
    return FIXED | _WHOLE.get(probe.ask, frozenset())


def _bare(group: Group) -> Probe:
    """The plainest probe, looking only as far as the guilty link."""
    probe = group.plainest.probe
    looks = tuple(look for look in probe.looks if look.link is group.link)
    return replace(probe, looks=looks or probe.looks)


def _still(
    house: House,
    probe: Probe,
    good: Observation,
    bad: Observation,
    wanted: str,
    first_good: Observation,
) -> bool:
    """Whether the two sides part as they did at first, and the good one is no worse than then."""
    if good.failure is not None and first_good.failure is None:
        return False
    return between(probe, good, bad, house.comparators) == wanted


def _both(
    house: House,
    group: Group,
    rooms: tuple[Room, Room],
    names: Sequence[str],
    probes: Sequence[Probe],
) -> tuple[tuple[Observation, Observation], ...]:
    """Ask both sides the same questions, at the same time."""
    guests = modules(house, names, group.plainest.cell.model)
    asked = dict(house.runner.run((0, 1), lambda side: ask(house, rooms[side], guests, probes)))
    return tuple((whole(probe, asked[0]), whole(probe, asked[1])) for probe in probes)


def _open(house: House, group: Group, closure: Closure) -> AbstractContextManager[Room | Failure]:
    interpreter = group.plainest.cell.interpreter
    return house.env.open(closure, interpreter=interpreter, limits=house.limits(), fresh=False)
