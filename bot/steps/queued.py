"""Releases that a maintainer asked to be tested: cells of a row that runs in containers, or none.

Somebody who is not the user chose what runs here; a container without a network while it is asked
is the least that this needs, so elsewhere it waits, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.facts import Queued
from bot.core.matrix import Row
from bot.core.model import Cell
from bot.core.plan import Wanted
from bot.steps.house import House

CONTAINER = "docker"  # the environment in which it may run


def asked_for(house: House, row: Row, base: Cell | None) -> Iterator[Wanted]:
    """Yield the cells of `row` that were asked for, the accused component alone against `base`."""
    for queued in _queue(house):
        drafted = house.memory.drafted.get(queued.finding)
        traits = drafted.traits if drafted else None
        if base is None or traits is None or traits.row != row.name:
            continue
        name = next((one for one in row.components if house.pinned(one) == traits.package), "")
        if not name:
            continue
        if house.env.name != CONTAINER:
            house.progress.note(f"{name} {queued.version} waits to be tested: only in containers")
            continue
        versions = tuple(
            (one, queued.version if one == name else version) for one, version in base.components
        )
        trigger = f"{name}=={queued.version}"
        held = frozenset((name,))
        yield Wanted(row=row, trigger=trigger, versions=versions, backend=base.backend, held=held)


def _queue(house: House) -> Iterator[Queued]:
    """Yield what was asked, once for each finding and version."""
    known: dict[tuple[str, str], Queued] = {}
    for fact in house.ledger.facts():
        if isinstance(fact.body, Queued):
            known.setdefault((fact.body.finding, fact.body.version), fact.body)
    yield from known.values()
