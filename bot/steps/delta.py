"""What changed since the last run, and what a run leaves for the next one to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.aliases import aliases
from bot.core.facts import RunEnded
from bot.core.finding import Group
from bot.core.model import Cell, Release
from bot.core.outcome import Verdict
from bot.core.phrases import GOOD_WORDS
from bot.core.report import Delta, Report
from bot.core.versions import key
from bot.steps.house import House
from bot.steps.verdicts import Ruled, planned_of


def delta(house: House, results: Sequence[Ruled], causes: Sequence[Group]) -> Delta:
    """Return what changed since the last run that ended."""
    before = house.memory.earlier(house.run)
    then = house.memory.ended[before] if before is not None else RunEnded(newly_broken=0)
    now = ended(results, causes)
    called = aliases(house.ledger.facts())
    broken, fixed = (tuple(map(called.of, names)) for names in (then.broken, then.fixed))
    return Delta(
        newly_broken=_new(now.broken, broken),
        newly_fixed=_new(now.fixed, fixed),
        newly_flaky=_new(now.flaky, then.flaky),
        still_broken=tuple(each for each in now.broken if each in broken),
        releases=_releases(house),
        withdrawn=_withdrawn(house),
    )


def _new(now: tuple[str, ...], then: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in now if each not in then)


def ended(results: Sequence[Ruled], causes: Sequence[Group]) -> RunEnded:
    """Return what a run found, for the next one to compare itself with."""
    flaky = {_place(each): None for each in results if each.verdict is Verdict.FLAKY}
    bad = tuple(each.finding for each in causes if each.plainest.verdict.bad)
    good = tuple(each.finding for each in causes if each.plainest.verdict is Verdict.FIXED)
    return RunEnded(newly_broken=len(bad), broken=bad, fixed=good, flaky=tuple(flaky))


def closing(seen: Report, results: Sequence[Ruled], causes: Sequence[Group]) -> RunEnded:
    """Return what a run leaves when it ends: what it found, and the cells that are not good."""
    return replace(
        ended(results, causes),
        newly_broken=len(seen.delta.newly_broken) + seen.withheld_new,
        words=tuple(
            (each.row, each.trigger, each.backend, each.word)
            for each in seen.cells
            if each.word not in GOOD_WORDS
        ),
        platform=seen.platform,
        promises=tuple(seen.promises.items()),
    )


def _place(ruled: Ruled) -> str:
    return f"{ruled.planned.row} {ruled.planned.trigger} {ruled.probe.name}"


def _releases(house: House) -> tuple[Release, ...]:
    """The releases that this run saw first, in the order of the matrix; at first, all followed."""
    followed = {
        (name, version)
        for each in planned_of(house)
        if isinstance(each.cell, Cell)
        for name, version in each.cell.components
    }
    components = house.matrix.components
    fresh = [name for name, run in house.memory.first_seen.items() if run == house.run]
    known = [name for name in fresh if name in followed and name[0] in components]
    order = [*components]
    known.sort(key=lambda one: (order.index(one[0]), key(one[1], components[one[0]].scheme)))
    return tuple(house.memory.releases[one] for one in known)


def _withdrawn(house: House) -> tuple[Release, ...]:
    """The releases that were tested, and that this run saw withdrawn."""
    tested = {pair for cell in house.memory.stacks.values() for pair in cell.components}
    seen = house.memory.withdrawn.items()
    return tuple(
        house.memory.releases[name] for name, run in seen if run == house.run and name in tested
    )
