"""What moved between two closures, in the order in which it is suspected, and what was asked.

A step is a package on both sides with different versions, or a root that appears or goes: what
comes or goes because another package wants it is a consequence and never a suspect.

>>> from bot.core.model import Closure, Pin
>>> good = Closure(pins=(Pin(name="a", version="1"), Pin(name="b", version="1")))
>>> bad = Closure(pins=(Pin(name="a", version="1.1"), Pin(name="b", version="3")))
>>> steps = steps_between(good, bad, releases={"b": ["2"]})
>>> steps.order, steps.roads["b"]
(('b', 'a'), ('1', '2', '3'))
>>> steps.trial(["a"]).name
'a==1.1 | good'
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal, TypeAlias, TypeVar

from bot.core.model import Closure
from bot.core.outcome import Cost
from bot.core.trial import Told, Trial
from bot.core.versions import PEP440, jump, road

Purpose: TypeAlias = Literal["ends", "search", "confirm"]
Answered = TypeVar("Answered")
Asking: TypeAlias = Generator[tuple[Trial, ...], None, Answered]
"""A search in straight lines: it yields the trials it waits for and returns what it found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The suspects: `order` most suspected first, `roads` from good to bad.

    `weight` says how suspect each single step of a package is.
    A root that appears has `""` for its good version, one that goes has it for its bad one.
    """

    good: Mapping[str, str]
    bad: Mapping[str, str]
    order: tuple[str, ...]
    weight: Mapping[str, float]
    roads: Mapping[str, tuple[str, ...]]

    def trial(self, up: Collection[str], *, fresh: bool = False) -> Trial:
        """Return the trial with the steps `up` at bad and the rest leaning to good."""
        if set(up) == set(self.order) and not fresh:
            return Trial(versions=(), lean="bad")
        return Trial(versions=tuple((n, self.bad[n]) for n in sorted(up)), lean="good", fresh=fresh)

    def places(self, trial: Trial, told: Told) -> dict[str, int]:
        """Return how far up its road every step really stood; none for what is not on its road."""
        lean = self.good if trial.lean == "good" else self.bad
        asked = {**lean, **dict(trial.versions)}
        there = told.versions or asked
        places = {}
        for name, versions in self.roads.items():
            version = there.get(name, "")
            if version in versions:
                places[name] = versions.index(version)
        return places

    def up(self, places: Mapping[str, int]) -> frozenset[str]:
        """Return the steps that stand at their bad version."""
        return frozenset(n for n, all_ in self.roads.items() if places.get(n) == len(all_) - 1)

    def closed(self, told: Told) -> frozenset[str]:
        """Return the steps that were really at their bad version in what was installed."""
        return frozenset(n for n in self.order if told.versions.get(n, "") == self.bad[n])

    def moved(self, told: Told) -> frozenset[str]:
        """Return the steps that were no longer at their good version in what was installed."""
        return frozenset(n for n in self.order if told.versions.get(n, "") != self.good[n])

    def limit(self, guilty: int) -> float:
        """Return log2 of the hypotheses: sets of `guilty` single-step upgrades of packages."""
        ways = [1] + [0] * guilty
        for name in self.order:
            count = len(self.roads[name]) - 1
            for size in range(guilty, 0, -1):
                ways[size] += ways[size - 1] * count
        return log2(ways[guilty]) if ways[guilty] else 0.0


def steps_between(
    good: Closure,
    bad: Closure,
    *,
    releases: Mapping[str, Sequence[str]],
    roots: frozenset[str] = frozenset(),
    prior: Mapping[str, float] | None = None,
    scheme: str = PEP440,
) -> Steps:
    """Return the steps between two closures, whose versions are of `scheme`.

    `prior` weighs a single-step upgrade of a package against the others' (1 where it is silent);
    without it roots weigh twice. Ties are broken by root, by how far the version jumps, by name.
    """
    moved = {
        name: (good.version(name) or "", bad.version(name) or "")
        for name in sorted({*good.versions, *bad.versions})
        if good.version(name) != bad.version(name)
        and (name in roots or (name in good.versions and name in bad.versions))
    }
    roads = {
        name: road(releases.get(name, ()), old, new, scheme) if old and new else (old, new)
        for name, (old, new) in moved.items()
    }
    weigh = prior or dict.fromkeys(roots, 2.0)
    weight = {name: max(weigh.get(name, 1.0), 1e-9) for name in moved}
    order = sorted(moved, key=lambda n: (-weight[n], n not in roots, -jump(*moved[n], scheme), n))
    return Steps(
        good={name: old for name, (old, _) in moved.items()},
        bad={name: new for name, (_, new) in moved.items()},
        order=tuple(order),
        weight=weight,
        roads=roads,
    )


class SpentError(Exception):
    """A search has asked more than any honest world needs; it ends as unexplained."""


class Record:
    """Every trial that was asked, what was told, and the cells this cost by purpose."""

    def __init__(self, budget: int) -> None:
        self.told: dict[Trial, Told] = {}
        self._purpose: dict[Trial, Purpose] = {}
        self.budget = budget

    def allow(self, more: int) -> None:
        """Grant `more` trials beyond the budget: answers that vary are asked again and again."""
        self.budget += more

    def ask(self, purpose: Purpose, *trials: Trial) -> Asking[tuple[Told, ...]]:
        """Return what the trials say, waiting only for those that were never asked before."""
        new = tuple(dict.fromkeys(trial for trial in trials if trial not in self.told))
        self._purpose.update(dict.fromkeys(new, purpose))
        if len(self._purpose) > self.budget:
            raise SpentError(f"gave up after {self.budget} trials")
        if new:
            yield new
        return tuple(self.told[trial] for trial in trials)

    @property
    def cost(self) -> Cost:
        """Cells by purpose: a closure that was seen before or never existed costs nothing."""
        seen: set[frozenset[tuple[str, str]]] = set()
        count: dict[Purpose, int] = {"ends": 0, "search": 0, "confirm": 0}
        for trial, purpose in self._purpose.items():
            told = self.told.get(trial, Told(signature=None))
            closure = frozenset(told.versions.items())
            again = bool(closure) and closure in seen and not (trial.fresh or trial.draw)
            count[purpose] += told.signature is not None and not again
            seen.add(closure)
        return Cost(**count)
