"""Ask the solver once: an answer of today is a fact, and the same question is not asked again."""

from __future__ import annotations

from datetime import timedelta

from bot.core.facts import Closed
from bot.core.model import Closure, Conflict, Requirements
from bot.steps.house import USUAL, House


def close(house: House, asked: Requirements) -> Closure | Conflict:
    """Return the closure of `asked`, from the ledger while it is fresh, else from the solver."""
    known = remembered(house, asked)
    if known is not None:
        return known.answer
    answer = house.solver.close(asked)
    key = _key(house, asked)
    fact = Closed(key=key, asked=asked.pins, answer=answer, at=house.clock())
    house.tell(fact, job=f"close {key}", attempt=house.memory.attempt(house.run, key))
    return answer


def remembered(house: House, asked: Requirements) -> Closed | None:
    """Return the answer to `asked` that the ledger has, while it is fresh."""
    known = house.memory.closed.get(_key(house, asked))
    return known if known is not None and fresh(house, known) else None


def _key(house: House, asked: Requirements) -> str:
    """The same words asked of two sources or places are two questions."""
    source = "" if house.source == USUAL else house.source
    return " ".join(word for word in (source, house.word, asked.key) if word)


def fresh(house: House, known: Closed) -> bool:
    """Whether an answer is young enough; what resolves by a fixed date never ages."""
    if house.matrix.cutoff is not None:
        return True
    return house.clock() - known.at < timedelta(days=house.matrix.closure_days)
