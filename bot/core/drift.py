"""How far two generations are apart in numbers, while they still say the same.

Releases of an engine move log-probabilities a little, long before an answer changes.

>>> was = [{"id": 7, "logprob": -0.5}, {"id": 9, "logprob": -1.0}]
>>> now = [{"id": 7, "logprob": -0.25}, {"id": 8, "logprob": -0.1}]
>>> apart(was, now)
0.25
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.core.model import Json


def apart(expected: Json, seen: Json) -> float | None:
    """Return the largest distance (nats) of one token's log-probabilities on both sides.

    Tokens count up to the first that is another one; None where there is none to compare.
    """
    if not isinstance(expected, list) or not isinstance(seen, list):
        return None
    return max(_distances(expected, seen), default=None)


def _distances(expected: list[Json], seen: list[Json]) -> Iterator[float]:
    for one, other in zip(expected, seen, strict=False):
        match one, other:
            case (
                {"id": token, "logprob": int() | float() as was},
                {"id": same, "logprob": int() | float() as now},
            ) if token == same:
                if math.isfinite(was) and math.isfinite(now):
                    yield abs(was - now)
            case _:
                return
