"""All single-step upgrades between two closures in a row, and the questions about them.

The most suspected package comes first, each with its steps in order: so the first so many steps
are always something that can be asked: packages at bad, one partway, the rest at good.

>>> from bot.core.model import Closure, Pin
>>> from bot.core.steps import steps_between
>>> good = Closure(pins=(Pin(name="a", version="1"), Pin(name="b", version="1")))
>>> bad = Closure(pins=(Pin(name="a", version="3"), Pin(name="b", version="2")))
>>> line = Line(steps=steps_between(good, bad, releases={"a": ["2"]}))
>>> line.places
(('a', 0), ('a', 1), ('b', 0))
>>> line.first(1).trial.name
'a==2 | good'
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.core.steps import Steps
from bot.core.trial import Told, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One question and the steps that it means to take, by their place on the line.

    `size` is how many of the first steps these are, 0 where they are not the first ones.
    """

    trial: Trial
    cover: Collection[int]
    size: int = 0

    @property
    def key(self) -> int | Trial:
        """What it is known by."""
        return self.size or self.trial


@dataclass(slots=True, kw_only=True)
class Line:
    """The row: its `places` are (package, number of the step on that package's road)."""

    steps: Steps
    places: tuple[tuple[str, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the line."""
        steps = ((name, len(self.steps.roads[name]) - 1) for name in self.steps.order)
        self.places = tuple((name, at) for name, count in steps for at in range(count))

    @property
    def prior(self) -> list[float]:
        """How suspect each step is."""
        return [self.steps.weight[name] for name, _ in self.places]

    def first(self, size: int) -> Spot:
        """Return the question in which the first `size` steps of the line are taken."""
        pins = {name: self.steps.roads[name][at + 1] for name, at in self.places[:size]}
        trial = Trial(versions=tuple(sorted(pins.items())), lean="good")
        return Spot(trial=trial, cover=range(size), size=size)

    def only(self, name: str, at: int) -> Spot:
        """Return the question in which `name` alone has taken its steps up to number `at`."""
        trial = Trial(versions=((name, self.steps.roads[name][at + 1]),), lean="good")
        cover = {i for i, (other, step) in enumerate(self.places) if other == name and step <= at}
        return Spot(trial=trial, cover=frozenset(cover))

    def without(self, name: str, at: int) -> Spot:
        """Return the question in which `name` alone lacks its steps from number `at` on."""
        trial = Trial(versions=((name, self.steps.roads[name][at]),), lean="bad")
        lacks = {i for i, (other, step) in enumerate(self.places) if other == name and step >= at}
        return Spot(trial=trial, cover=frozenset(range(len(self.places))) - lacks)

    def alone(self, name: str, at: int) -> tuple[Spot, ...]:
        """Return the questions about one step of one package: taken alone, and all but it."""
        only = self.only(name, at)
        return (only, self.without(name, at)) if self.steps.roads[name][at] else (only,)

    def cover(self, trial: Trial, told: Told) -> frozenset[int] | None:
        """Return the steps taken in what was installed, None where a version is off its road.

        Where nobody told what was installed, it is what was asked.
        """
        ends = self.steps.good if trial.lean == "good" else self.steps.bad
        versions = told.versions or {**ends, **dict(trial.versions)}
        reached = {}
        for name, road in self.steps.roads.items():
            version = versions.get(name, "" if "" in road else road[0])
            if version not in road:
                return None
            reached[name] = road.index(version)
        return frozenset(i for i, (name, at) in enumerate(self.places) if at < reached[name])
