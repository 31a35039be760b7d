"""Drive the search for a culprit: propose trials, run their cells, tell what came out.

Every trial is a fact, so a search that was interrupted asks nothing twice. An end that worked in
an earlier run is replayed first: if it fails today, the world changed and no release is accused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.core.explain import Explain
from bot.core.facts import Tried
from bot.core.finding import Flip, Group, moved
from bot.core.follow import visible
from bot.core.judge import agree, between, cannot_run_here
from bot.core.model import (
    Closure,
    Component,
    Conflict,
    Failure,
    Observation,
    Phase,
    Probe,
    Release,
    Requirements,
    Role,
    package_of,
)
from bot.core.outcome import Cost, Ending, Explanation, Verdict
from bot.core.trial import Told, Trial
from bot.errors import SourceError
from bot.steps.ask import ask, modules, whole
from bot.steps.close import close
from bot.steps.existing import unsearched
from bot.steps.house import House
from bot.steps.inside import opened

RETRIES = 2  # repeats of a trial that the machine, not the stack, spoiled
REPLAYS = (0, 1)  # draws of an end that worked in an earlier run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What the two ends of a search showed, as the ledger has it."""

    good: Observation
    bad: Observation


def explain_group(house: House, group: Group, ends: Ends) -> Explanation:
    """Search the smallest set of upgrades that flips the plainest probe of `group`."""
    flip = group.plainest
    house = house.at(flip.cell)
    if house.row(flip.row).existing:
        return unsearched(flip.working.closure, flip.broken.closure)
    changed = world_changed(house, group, ends)
    if changed is not None:
        return changed
    known = _releases(house, flip)
    machine = Explain(
        good=flip.working.closure,
        bad=flip.broken.closure,
        releases={
            name: [release.version for release in releases] for name, releases in known.items()
        },
        roots=frozenset(house.pinned(name) for name, _ in flip.cell.components),
        yanked=frozenset(
            (name, release.version)
            for name, releases in known.items()
            for release in releases
            if release.yanked is not None
        ),
        requires=house.solver.requires(flip.broken.closure, flip.cell.interpreter),
        link=group.link,
        scheme=house.scheme(flip.row),
    )
    while trials := machine.propose():
        _round(house, group, ends, trials, machine.tell)
    if machine.result is None:
        raise AssertionError("a search that proposes nothing has a result")
    closures = (flip.working.closure, flip.broken.closure)
    told = opened(house, machine.result, closures, flip.cell.interpreter)
    return _forward(told) if flip.verdict is Verdict.FIXED else told


def world_changed(house: House, group: Group, ends: Ends) -> Explanation | None:
    """Replay today the end that worked in an earlier run; an ending if it works no longer."""
    flip = group.plainest
    runs = [run for run, cells in house.memory.executed.items() if flip.working.key in cells]
    last = max(runs, default=house.run)
    if last == house.run:
        return None
    again = [Trial(versions=(), lean="good", fresh=True, draw=draw) for draw in REPLAYS]
    told = [attempt(house, group, ends, trial) for trial in again]
    bad = between(flip.probe, ends.good, ends.bad, house.comparators)
    if any(each.signature != bad for each in told):
        return None
    why = f"{flip.working.name} worked in run {last} and does not today: no release of it changed"
    return Explanation(
        ending=Ending.HORIZON,
        link=group.link,
        signature=bad,
        cost=Cost(ends=len(told)),
        confidence=1.0,
        why=why,
    )


def _forward(found: Explanation) -> Explanation:
    """Tell a search that went back from what works in the order of time: (last bad, first good]."""
    culprits = tuple(
        replace(
            each,
            last_good=each.first_bad,
            first_bad=each.last_good,
            inside=tuple(one.back for one in each.inside),
        )
        for each in found.culprits
    )
    return replace(found, culprits=culprits)


def _round(
    house: House,
    group: Group,
    ends: Ends,
    trials: Sequence[Trial],
    tell: Callable[[Trial, Told], None],
) -> None:
    """Run the trials of one proposal, several at once, and tell them in the order proposed."""
    answers: dict[str, Told] = {}
    house.progress.begin("explain", len(trials))
    for trial, told in house.runner.run(trials, lambda one: attempt(house, group, ends, one)):
        answers[trial.name] = told
        house.progress.advance("explain", trial.name)
    for trial in trials:
        tell(trial, answers[trial.name])


def attempt(house: House, group: Group, ends: Ends, trial: Trial) -> Told:
    """Run one trial, or remember it: resolve, install, ask, and name what was seen."""
    house.progress.start("explain", trial.name)
    known = house.memory.tried.get((group.search, trial.name))
    flip = group.plainest
    closure = close(house, asked_of(house, flip, trial))
    if isinstance(closure, Conflict):
        return Told(signature=None, why=closure.why)
    recorded = _recorded(house, flip, closure, trial)
    if recorded is not None:
        seen = recorded
    elif known is not None and known.observation is not None:
        seen = known.observation
    else:
        seen = observe(house, flip, flip.probe, closure, fresh=trial.fresh)
        fact = Tried(search=group.search, trial=trial.name, observation=seen)
        job = f"explain {group.search} {trial.name}"
        house.tell(fact, job=job, attempt=house.memory.attempt(house.run, job))
    told = named(house, flip.probe, seen, ends)
    why = seen.failure.message if told is None and seen.failure else ""
    return Told(signature=told, versions=closure.versions, why=why)


def _recorded(house: House, flip: Flip, closure: Closure, trial: Trial) -> Observation | None:
    """What an end of the search showed when its cell was run: draw by draw, if it was asked."""
    cell = flip.working if trial.lean == "good" else flip.broken
    known = house.memory.cells.get(cell.key)
    if trial.versions or trial.fresh or closure.digest != cell.closure.digest or known is None:
        return None
    if known.carried(flip.probe.digest):
        return None  # it was shown by another cell: an accusation asks this one itself
    seen = known.seen.get(flip.probe.digest, [])
    return seen[trial.draw] if trial.draw < len(seen) else None


def asked_of(house: House, flip: Flip, trial: Trial) -> Requirements:
    """Return the question to the solver: the trial's pins, the stack's roots, and its leaning."""
    end = flip.working if trial.lean == "good" else flip.broken
    pinned = dict(trial.versions)
    stay: list[str] = []
    beside: list[str] = []
    for component, _ in flip.cell.components:
        root = house.pinned(component)
        stay += [root] if root not in pinned else []
        version = pinned.get(root) or end.closure.version(root)
        beside += house.requirements(((component, version),))[1:] if version else ()
    return Requirements(
        pins=(
            *(f"{name}=={version}" for name, version in trial.versions if version),
            *stay,
            *beside,
        ),
        prefer=end.closure,
        cutoff=house.matrix.cutoff,
        interpreter=flip.cell.interpreter,
    )


def observe(
    house: House, flip: Flip, probe: Probe, closure: Closure, *, fresh: bool
) -> Observation:
    """Return what `probe` shows with `closure`; the machine's own faults are tried again."""
    seen = _observe(house, flip, probe, closure, fresh=fresh)
    for _ in range(RETRIES):
        if seen.failure is None or not seen.failure.reason.spurious:
            break
        seen = _observe(house, flip, probe, closure, fresh=True)
    return seen


def _observe(
    house: House, flip: Flip, probe: Probe, closure: Closure, *, fresh: bool
) -> Observation:
    cell = flip.cell
    limits = house.limits()
    with house.env.open(closure, interpreter=cell.interpreter, limits=limits, fresh=fresh) as room:
        if isinstance(room, Failure):
            return Observation(probe=probe.name, failure=room)
        guests = modules(house, [name for name, _ in cell.components], cell.model)
        return whole(probe, ask(house, room, guests, [probe]))


def named(house: House, probe: Probe, seen: Observation, ends: Ends) -> str | None:
    """Return the signature of a trial: like the good end, like the bad end, or its own.

    None where the trial says nothing: a release that cannot be installed, the machine's fault.
    """
    if agree(probe, seen, ends.good, house.comparators):
        return "good"
    if agree(probe, seen, ends.bad, house.comparators):
        return between(probe, ends.good, ends.bad, house.comparators)
    if seen.failure and (seen.failure.reason.spurious or seen.failure.phase is Phase.INSTALL):
        return None
    if cannot_run_here(seen):
        return None
    return f"other:{between(probe, ends.good, seen, house.comparators)}"


def _releases(house: House, flip: Flip) -> dict[str, tuple[Release, ...]]:
    """The releases of every package that moved, watched or not; a silent source gives none."""
    steps = [
        name
        for name, before, after in moved(flip.baseline.closure.versions, flip.cell.closure.versions)
        if before and after
    ]
    return {name: _line(house, name) for name in steps}


def _line(house: House, pinned: str) -> tuple[Release, ...]:
    package = package_of(pinned)
    component = Component(
        name=package, role=Role.RUNTIME, source=house.source, package=package, upstream=""
    )
    try:
        return visible(tuple(house.sources[house.source].releases(component)), house.matrix.cutoff)
    except SourceError:
        return ()
