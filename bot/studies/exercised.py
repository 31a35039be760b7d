"""Which drivers were really exercised: versions, days and links, read off the facts.

A driver that nobody has seen at work is a promise and no more. What a cell of several parts
showed is put down to the part whose role it is to show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.core.carried import CARRIED
from bot.core.facts import Fact, Observed, RunStarted
from bot.core.model import NOT_EXPOSED, Cell, Link, Role
from bot.studies.cells import planned_cells

_CLIENT = frozenset({Link.REQUEST, Link.STREAM, Link.MESSAGE, Link.USAGE})
_SHOWS: Mapping[Role, frozenset[Link]] = {
    Role.CLIENT: _CLIENT,
    Role.HARNESS: _CLIENT,
    Role.TRANSPORT: _CLIENT,
    Role.TEMPLATE: frozenset({Link.PROMPT}),
    Role.TOKENIZER: frozenset({Link.PROMPT_IDS, Link.TEXT}),
    Role.PARSER: frozenset({Link.MESSAGE}),
}


@dataclass(slots=True, kw_only=True)
class Exercised:
    """What was seen of one driver: days by version, and how many answers by link."""

    versions: dict[str, date] = field(default_factory=dict)
    links: dict[Link, int] = field(default_factory=dict)
    asks: int = 0

    @property
    def last(self) -> date | None:
        """The day it was last seen at work."""
        return max(self.versions.values(), default=None)


def exercised(
    facts: Iterable[Fact], driver_of: Callable[[str], tuple[str, Role] | None]
) -> dict[str, Exercised]:
    """Return what `facts` show of each driver; `driver_of` names a component's driver and role."""
    told = tuple(facts)
    cells = planned_cells(told)
    days = {fact.run: fact.body.at.date() for fact in told if isinstance(fact.body, RunStarted)}
    found: dict[str, Exercised] = {}
    for fact in told:
        body = fact.body
        if isinstance(body, Observed) and _asked(body) and body.cell in cells and fact.run in days:
            for name, version, shown in _shown(cells[body.cell], body, driver_of):
                _add(found.setdefault(name, Exercised()), version, days[fact.run], shown)
    return found


def _asked(body: Observed) -> bool:
    """Whether it was really asked there, and not taken over from another cell."""
    return body.sequence != CARRIED


def _add(told: Exercised, version: str, day: date, shown: frozenset[Link]) -> None:
    told.asks += 1
    told.versions[version] = max(day, told.versions.get(version, day))
    for link in shown:
        told.links[link] = told.links.get(link, 0) + 1


def _shown(
    cell: Cell, body: Observed, driver_of: Callable[[str], tuple[str, Role] | None]
) -> Iterator[tuple[str, str, frozenset[Link]]]:
    """Yield driver, version and links for every part of a cell that showed something."""
    seen = frozenset(link for link, value in body.observation.seen if value != NOT_EXPOSED)
    parts = [(driver_of(name), version) for name, version in cell.components]
    known = [(driver, role, version) for part, version in parts if part for driver, role in [part]]
    others = frozenset[Link]().union(*(_SHOWS.get(role, frozenset()) for _, role, _ in known))
    for driver, role, version in known:
        mine = seen
        if len(known) > 1:
            mine = seen & _SHOWS[role] if role in _SHOWS else seen - others
        if mine:
            yield driver, version, mine
