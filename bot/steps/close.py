"""Ask the solver once: an answer of today is a fact, and the same question is not asked again."""

from __future__ import annotations

from datetime import timedelta

from bot.core.facts import Closed
from bot.core.model import Closure, Conflict, Requirements
from bot.steps.house import House


def close(house: House, asked: Requirements) -> Closure | Conflict:
    """Return the closure of `asked`, from the ledger while it is fresh, else from the solver."""
    known = house.memory.closed.get(asked.key)
    if known is not None and fresh(house, known):
        return known.answer
    answer = house.solver.close(asked)
    fact = Closed(key=asked.key, asked=asked.pins, answer=answer, at=house.clock())
    house.tell(fact, job=f"close {asked.key}", attempt=house.memory.attempt(house.run, asked.key))
    return answer


def fresh(house: House, known: Closed) -> bool:
    """Whether an answer is young enough; what resolves by a fixed date never ages."""
    if house.matrix.cutoff is not None:
        return True
    return house.clock() - known.at < timedelta(days=house.matrix.closure_days)
