"""Proofs of what waits to be filed, run again: an issue says what was seen within the last day."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.facts import Reproved, RunStarted
from bot.core.finding import Group
from bot.core.life import State
from bot.core.lives import lives
from bot.core.policy import FRESH
from bot.steps.house import House
from bot.steps.prove import holds


def reprove(house: House, causes: Sequence[Group]) -> None:
    """Run the proof of each approved finding again, unless it was run in the last half day."""
    facts = house.ledger.facts()
    known = lives(facts)
    begun = {fact.run: fact.body.at for fact in facts if isinstance(fact.body, RunStarted)}
    now = house.clock()
    last = {}
    for fact in facts:
        if isinstance(fact.body, Reproved):
            last[fact.body.finding] = fact.body.at
    for cause in causes:
        life = known.get(cause.finding)
        reduced = house.memory.reduced.get(cause.search)
        if life is None or life.state is not State.APPROVED or reduced is None:
            continue
        first = next((begun.get(fact.run) for fact in facts if fact.body == reduced), None)
        at = max((when for when in (first, last.get(cause.finding)) if when), default=None)
        if reduced.verified and (at is None or now - at > FRESH / 2):
            told = Reproved(finding=cause.finding, at=now, holds=holds(house, reduced))
            attempt = house.memory.attempt(house.run, f"reduce {cause.search} again")
            house.tell(told, job=f"reduce {cause.search} again", attempt=attempt)
