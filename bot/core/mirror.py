"""The search from the bad end back to the good one: which upgrades must all be undone.

Where either of two upgrades does it, undoing one alone does not help. Seen from the bad end they
are a pair that only together brings the good outcome back.

>>> from bot.core.model import Closure, Pin
>>> from bot.core.steps import steps_between
>>> old, new = (Closure(pins=(Pin(name="a", version=v),)) for v in ("1", "2"))
>>> back = mirrored(steps_between(old, new, releases={"a": ["1.5"]}))
>>> back.good, back.bad, back.roads
({'a': '2'}, {'a': '1'}, {'a': ('2', '1.5', '1')})
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar

from bot.core.roads import Span
from bot.core.steps import Asking, Purpose, Record, Steps
from bot.core.trial import Trial

EACH: Final = "each of them does it by itself"
Found = TypeVar("Found")


def mirrored(steps: Steps) -> Steps:
    """Return the same steps the other way."""
    roads = {name: road[::-1] for name, road in steps.roads.items()}
    return replace(steps, good=steps.bad, bad=steps.good, roads=roads)


def flipped(trial: Trial) -> Trial:
    """Return the trial that leans to the other end."""
    return replace(trial, lean="bad" if trial.lean == "good" else "good")


def back(span: Span, signature: str) -> Span:
    """Return a span that was found the other way; its first bad release shows `signature`."""
    low, high, gap = span.first_bad, span.last_good, span.gap[::-1]
    return replace(span, last_good=low, first_bad=high, gap=gap, signature=signature)


def asked(flow: Asking[Found], mirror: Record, record: Record) -> Asking[Found]:
    """Run a mirrored search: its trials are asked the right way round, and told to `mirror`."""
    try:
        trials = next(flow)
        while True:
            purpose: Purpose = "confirm" if any(trial.fresh for trial in trials) else "search"
            told = yield from record.ask(purpose, *(flipped(trial) for trial in trials))
            mirror.told.update(zip(trials, told, strict=True))
            trials = next(flow)
    except StopIteration as stop:
        found: Found = stop.value
        return found
