"""What this run says of findings that were filed: each newer release is a test of the mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core.aftercare import needed
from bot.core.facts import Drafted, Retested
from bot.core.life import Life, State
from bot.core.lives import lives
from bot.core.outcome import Passed
from bot.core.stats import Rate
from bot.core.traits import Traits
from bot.core.versions import key
from bot.steps.house import House
from bot.steps.verdicts import Ruled, is_grey, observations

_WATCHED = frozenset(
    {
        State.FILED,
        State.ACKNOWLEDGED,
        State.REOPENED,
        State.FIXED_IN,
        State.VERIFIED,
        State.CLOSED,
    }
)


def retest(house: House, results: Sequence[Ruled], flaky: Rate) -> None:
    """Tell what the releases after an accused one showed, where that is news."""
    drafted = house.memory.drafted
    facts = house.ledger.facts()
    known = {
        (body.finding, body.version): body
        for body in (fact.body for fact in facts)
        if isinstance(body, Retested)
    }
    for told in retested(house, lives(facts), drafted, results, needed(flaky)):
        if known.get((told.finding, told.version)) != told:
            house.tell(told, job=f"track {told.finding} retest {told.version}")


def retested(
    house: House,
    found: Mapping[str, Life],
    drafted: Mapping[str, Drafted],
    results: Sequence[Ruled],
    owed: int,
) -> Iterator[Retested]:
    """Yield what each newer release showed of each finding that is being watched."""
    for life in found.values():
        traits = drafted[life.finding].traits if life.finding in drafted else None
        if life.state not in _WATCHED or traits is None or not traits.probes:
            continue
        by: dict[str, list[Ruled]] = {}
        for each in results:
            version = _version(each, traits)
            if version and key(version, traits.scheme) > key(traits.first_bad, traits.scheme):
                by.setdefault(version, []).append(each)
        for version, mine in by.items():
            yield _told(house, life.finding, version, mine, traits, owed)


def _version(ruled: Ruled, traits: Traits) -> str:
    """Return the release of the accused package in a cell that asks what shows the finding."""
    cell = ruled.planned.cell
    rows = {traits.row, *traits.also}
    mine = ruled.planned.row in rows and ruled.probe.name in traits.probes
    return (cell.closure.version(traits.package) or "") if mine and cell else ""


def _told(
    house: House, finding: str, version: str, mine: Sequence[Ruled], traits: Traits, owed: int
) -> Retested:
    reds = [
        each
        for each in mine
        if not is_grey(each.after) and not isinstance(each.after.outcome, Passed)
    ]
    return Retested(
        finding=finding,
        version=version,
        greens=tuple((each, _greens(house, mine, each, traits)) for each in traits.watched),
        reds=len(reds),
        needed=owed,
    )


def _greens(house: House, mine: Sequence[Ruled], backend: str, traits: Traits) -> int:
    """Return how often the least asked of the probes was answered well on a backend."""
    counts = dict.fromkeys(traits.probes, 0)
    for each in mine:
        cell = each.planned.cell
        if cell and cell.backend == backend and isinstance(each.after.outcome, Passed):
            carried = house.memory.cells[cell.key].carried(each.probe.digest)
            seen = () if carried else observations(house, cell.key, each.probe)
            counts[each.probe.name] += len(seen)
    return min(counts.values())
