"""What a search will ask next, told before it has its answer: the likelier of its two ways.

A search is a machine without chance: another one, made alike and told the same, asks the same. So
it can be told what is only supposed; if that comes true, what it asked then is known already.

>>> from bot.core.model import Closure, Pin
>>> from bot.core.steps import steps_between
>>> good = Closure(pins=tuple(Pin(name=name, version="1") for name in "abcd"))
>>> bad = Closure(pins=tuple(Pin(name=name, version="2") for name in "abcd"))
>>> told = {Trial(versions=(), lean=lean, draw=draw): Told(signature=lean, versions=end.versions)
...         for lean, end in (("good", good), ("bad", bad)) for draw in (0, 1)}
>>> make = lambda: Explain(good=good, bad=bad, releases={}, prior={"c": 9.0})
>>> foreseen(make, told)[0].name
'c==2 | good'
>>> asked = foreseen(make, told)[0]
>>> versions = {**good.versions, "c": "2"}
>>> steps = steps_between(good, bad, releases={}, prior={"c": 9.0})
>>> round(chance(steps, told, versions, good="good", bad="bad"), 2)
0.75
>>> foreseen(make, {**told, asked: Told(signature="bad", versions=versions)})[0].name
'c==2 | good fresh'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.explain import Explain
from bot.core.roads import Roads
from bot.core.steps import Record, Steps
from bot.core.trial import Told, Trial


def foreseen(make: Callable[[], Explain], told: Mapping[Trial, Told]) -> tuple[Trial, ...]:
    """Return what a search that `make` makes asks beyond what it is `told`; none where it ends."""
    machine = make()
    while trials := machine.propose():
        unknown = tuple(trial for trial in trials if trial not in told)
        if unknown:
            return unknown
        for trial in trials:
            machine.tell(trial, told[trial])
    return ()


def chance(
    steps: Steps,
    told: Mapping[Trial, Told],
    versions: Mapping[str, str],
    *,
    good: str,
    bad: str,
) -> float:
    """Return how likely (0..1) a mixture of these `versions` shows the `bad` signature.

    Every single step counts by how suspect it is, as if one alone did it; those count that no
    answer has cleared, and of those the mixture has taken some.
    """
    record = Record(budget=0)
    record.told.update(told)
    roads = Roads(steps=steps, record=record, good=good, bad=bad)
    there = 0.0
    everywhere = 0.0
    for name, road in steps.roads.items():
        low, high = roads.interval(name) if roads.possible(name) else (0, 0)
        place = road.index(versions[name]) if versions.get(name) in road else low
        there += steps.weight[name] * (min(max(place, low), high) - low)
        everywhere += steps.weight[name] * (high - low)
    return there / everywhere if everywhere else 0.0
