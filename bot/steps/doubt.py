"""A last look at both ends, where an accusation could not be proved by a file of its own.

Whoever tosses coins agrees with any story now and then; a proof that fails as its reader would
run it is the first sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.core.outcome import Ending, Explanation
from bot.core.trial import Told, Trial
from bot.ports import Runner

LOOKS: Final = (
    Trial(versions=(), lean="good", draw=101),
    Trial(versions=(), lean="bad", draw=101),
    Trial(versions=(), lean="bad", draw=102),
    Trial(versions=(), lean="good", draw=102),
)


def doubted(
    told: Explanation,
    usual: Mapping[str, str | None],
    runner: Runner,
    attempt: Callable[[Trial], Told],
) -> Explanation:
    """Return `told`, or that an end is flaky: one that now shows anything but its `usual` answer.

    `usual` is the signature by end; the looks count as cells for the ends.
    """
    answers = dict(runner.run(LOOKS, attempt))
    cost = replace(told.cost, ends=told.cost.ends + len(LOOKS))
    for lean in ("good", "bad"):
        seen = [answers[look].signature for look in LOOKS if look.lean == lean]
        odd = [each for each in seen if each not in (None, usual[lean])]
        if odd:
            return replace(
                told,
                ending=Ending.FLAKY,
                culprits=(),
                moves_with=(),
                gaps=(),
                cost=cost,
                confidence=1 - len(odd) / (len(seen) + 2),
                why=f"the {lean} end showed the same twice, and then something else",
            )
    return replace(told, cost=cost)
