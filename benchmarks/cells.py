"""The cells of the search alone, on worlds without environments, against the limit.

    python -m benchmarks.cells [--worlds 200] [--only WORD] > benchmarks/cells.md

A world is `m` packages with a road of releases each; one single-step upgrade is guilty, or two of
different packages that are bad only together. The prior is uniform. The limit is log2 of the
hypotheses. Every such world is asked, or a sample where there are more. `search` are the cells of
`cost.search`; `more` are the confirmations beyond the last two, and `with more` counts them as
search; `none` are mixtures that were proposed and do not resolve, which costs no cell. Whoever were
told beforehand which those are would never propose them: `÷ told` is the search if each of them
were a cell, over the search as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import log2
from random import Random

from bot.core.explain import Explain
from bot.core.model import Closure, Pin
from bot.core.outcome import Explanation
from bot.core.trial import Told, Trial
from tests.property import worlds

SHAPES: dict[str, tuple[int, ...]] = {
    "8 x 1": (1,) * 8,
    "24 x 1": (1,) * 24,
    "60 x 1": (1,) * 60,
    "12 x 8": (8,) * 12,
    "30 x 5": (5,) * 30,
    "mixed 12": (1, 1, 1, 2, 2, 3, 4, 5, 8, 12, 20, 40),
    "one long": (1,) * 9 + (60,),
}
COLUMNS = (
    *("shape", "guilty", "no answer", "limit", "search", "÷ limit"),
    *("more", "with more", "none", "÷ told", "right"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Packages with `tops` releases above the good one; bad when all of `flips` are reached.

    `refused` percent of the mixtures do not resolve; those of one package do if `alone`.
    """

    tops: Mapping[str, int]
    flips: Mapping[str, int]
    refused: int = 0
    alone: bool = True
    seed: int = 0

    def end(self, *, top: bool) -> Closure:
        """Return one of the two ends."""
        pins = (Pin(name=name, version=f"1.{at * top}") for name, at in self.tops.items())
        return Closure(pins=tuple(pins))

    @property
    def releases(self) -> dict[str, list[str]]:
        """Every release of every package."""
        return {name: [f"1.{at}" for at in range(top + 1)] for name, top in self.tops.items()}

    def answer(self, trial: Trial) -> Told:
        """Build the mixture that is asked for, if it resolves."""
        at = {name: 0 if trial.lean == "good" else top for name, top in self.tops.items()}
        at |= {name: int(version.partition(".")[2]) for name, version in trial.versions}
        if self.refuses(at):
            return Told(signature=None, why="no solution")
        bad = all(at[name] >= flip for name, flip in self.flips.items())
        versions = {name: f"1.{level}" for name, level in at.items()}
        return Told(signature="failed: boom" if bad else "fine", versions=versions)

    def refuses(self, at: Mapping[str, int]) -> bool:
        """Whether this mixture is one of those that do not resolve; both ends do."""
        up = sum(level > 0 for level in at.values())
        if not up or (self.alone and up == 1) or at == self.tops:
            return False
        text = f"{self.seed} {sorted(at.items())}".encode()
        return hashlib.sha256(text).digest()[0] * 100 < self.refused * 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One world explained: what it cost, the limit, and whether the planted truth was named."""

    search: int
    more: int
    none: int
    limit: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the table: a shape, how many are guilty, and how much does not resolve."""

    shape: str
    guilty: int
    refused: int = 0
    alone: bool = True
    runs: list[Run] = field(default_factory=list)

    def worlds(self, count: int) -> list[World]:
        """Every set of `guilty` steps of different packages, or `count` of them where more."""
        tops = SHAPES[self.shape]
        chance = Random(f"{tops} {self.guilty}")  # noqa: S311 - a drawn world
        names = [f"p{at:02}" for at in range(len(tops))]
        roads = dict(zip(names, chance.sample(tops, len(tops)), strict=True))
        steps = [(name, at) for name, top in roads.items() for at in range(1, top + 1)]
        sets = [dict(each) for each in combinations(steps, self.guilty)]
        sets = [flips for flips in sets if len(flips) == self.guilty]
        sets = chance.sample(sets, count) if len(sets) > count else sets
        return [
            World(tops=roads, flips=flips, refused=self.refused, alone=self.alone, seed=seed)
            for seed, flips in enumerate(sets)
        ]

    @property
    def row(self) -> list[str]:
        """The line of this case: means over its runs."""
        search, more, none = (
            statistics.fmean(getattr(run, name) for run in self.runs)
            for name in ("search", "more", "none")
        )
        limit = statistics.fmean(run.limit for run in self.runs)
        right = sum(run.right for run in self.runs)
        refused = f"{self.refused} %{'' if self.alone else ', nor alone'}" if self.refused else "-"
        return [
            self.shape,
            str(self.guilty),
            refused,
            f"{limit:.2f}",
            f"{search:.2f}",
            f"{search / limit:.3f}",
            f"{more:.2f}",
            f"{(search + more) / limit:.3f}",
            f"{none:.2f}",
            f"{(search + none) / search:.2f}" if search else "-",
            f"{right} of {len(self.runs)}",
        ]


def cases() -> Iterator[Case]:
    """Yield the rows in their order."""
    for guilty in (1, 2):
        yield from (Case(shape=shape, guilty=guilty) for shape in SHAPES)
    for refused in (20, 50):
        for guilty in (1, 2):
            for shape in SHAPES:
                yield Case(shape=shape, guilty=guilty, refused=refused)
    for refused in (20, 50):
        yield from (Case(shape=s, guilty=1, refused=refused, alone=False) for s in SHAPES)


def search(
    good: Closure,
    bad: Closure,
    releases: Mapping[str, list[str]],
    answer: Callable[[Trial], Told],
) -> tuple[Explanation, int]:
    """Propose and tell until there is a result; how many mixtures did not resolve."""
    prior = {pin.name: 1.0 for pin in good.pins}
    machine = Explain(good=good, bad=bad, releases=releases, prior=prior)
    none = 0
    while trials := machine.propose():
        for trial in trials:
            told = answer(trial)
            none += told.signature is None and not trial.fresh
            machine.tell(trial, told)
    if machine.result is None:
        raise AssertionError("a search that proposes nothing has a result")
    return machine.result, none


def explained(world: World) -> Run:
    """Explain one world."""
    found, none = search(world.end(top=False), world.end(top=True), world.releases, world.answer)
    named = {one.package: (one.last_good, one.first_bad) for one in found.culprits}
    truth = {name: (f"1.{at - 1}", f"1.{at}") for name, at in world.flips.items()}
    return Run(
        search=found.cost.search,
        more=max(found.cost.confirm - 2, 0),
        none=none,
        limit=limit(world),
        right=named == truth if not world.refused else named.keys() == truth.keys(),
    )


def limit(world: World) -> float:
    """Return log2 of the hypotheses of one guilty step, or of two of different packages."""
    tops = list(world.tops.values())
    if len(world.flips) == 1:
        return log2(sum(tops))
    return log2((sum(tops) ** 2 - sum(top**2 for top in tops)) / 2)


def coupled(seed: int) -> worlds.World:
    """Draw fourteen packages of three releases of which some pin or need each other."""
    chance = Random(seed)  # noqa: S311 - a drawn world
    names = [f"p{at:02}" for at in range(14)]
    one, two, three, four, five, six = chance.sample(names, 6)
    culprit = chance.choice([n for n in names if n not in {one, two}])
    needs = (
        worlds.Need(package=one, other=two, exact=True),
        worlds.Need(package=min(three, four), other=max(three, four), since=1, at_least=2),
        worlds.Need(package=min(five, six), other=max(five, six), since=2, at_least=1),
    )
    return worlds.World(
        tops=dict.fromkeys(names, 3), flips={culprit: chance.randint(1, 3)}, needs=needs, seed=seed
    )


def among_couples(seed: int) -> Run:
    """Explain one world of couples."""
    world = coupled(seed)
    found, none = search(world.good, world.bad, world.releases, world.answer)
    return Run(
        search=found.cost.search,
        more=max(found.cost.confirm - 2, 0),
        none=none,
        limit=log2(14 * 3),
        right=[one.package for one in found.culprits] == list(world.flips),
    )


def main() -> None:
    """Print the table, a case a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--only", default="", help="the start of a line: a shape, a number guilty")
    asked = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|")
    for case in cases():
        if f"{case.shape}|{case.guilty}|{case.refused}".startswith(asked.only):
            case.runs.extend(explained(world) for world in case.worlds(asked.worlds))
            print(f"| {' | '.join(case.row)} |", flush=True)
    if "coupled".startswith(asked.only):
        runs = [among_couples(seed) for seed in range(asked.worlds)]
        print(f"| {' | '.join(Case(shape='coupled', guilty=1, runs=runs).row)} |")


if __name__ == "__main__":
    main()
