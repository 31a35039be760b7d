"""Explain where answers vary: the cells of its search against Burnashev's bound, and who is named.

    python benchmarks/noise.py [TRIALS] > benchmarks/noise.md

A simulation, no environments: every mixture resolves, one step drawn at random from all is guilty,
and each answer shows the failure with the rate of its side. B = log2 N / C + log2(1/error) / C1,
the error 5 %; where C1 is infinite its term is 0. Cells are means.

* `known`: the rates are told.
* `unknown`: they are measured at the ends; worlds in which the first two draws of an end differ.
* `hidden`: any world; where the first four draws agree by luck, answers are taken at their word.
* `ignored`: the planted fault, a search that takes the first answer of each closure for the truth.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from random import Random
from statistics import mean

from bot.core.explain import Explain
from bot.core.model import Closure, Pin
from bot.core.noise import Rates
from bot.core.outcome import Ending, Explanation
from bot.core.trial import Told, Trial

ERROR = 0.05
RATES = [(0.0, 0.5), (0.05, 0.95), (0.1, 0.9), (0.0, 0.2), (0.2, 0.8), (0.5, 1.0)]
SHAPES = [(12, 8), (40, 1)]  # packages, steps each
HOW = ["known", "unknown", "hidden", "ignored"]
ALIKE = [0.05, 0.25, 0.5, 0.9]


@dataclass(slots=True, kw_only=True)
class World:
    """Packages with a road each; from `guilty` on it fails at another rate."""

    packages: int
    road: int
    rates: tuple[float, float]
    seed: int
    chance: Random = field(init=False)
    guilty: tuple[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Draw the guilty step."""
        self.chance = Random(self.seed)  # noqa: S311 - a simulation
        name = f"p{self.chance.randrange(self.packages):02}"
        self.guilty = (name, self.chance.randint(1, self.road))

    def end(self, at: int) -> Closure:
        """Return the closure with every package at release `at`."""
        names = [f"p{number:02}" for number in range(self.packages)]
        return Closure(pins=tuple(Pin(name=name, version=f"1.{at}") for name in names))

    @property
    def machine_parts(self) -> dict:
        """What a search is begun with."""
        good, bad = self.end(0), self.end(self.road)
        steps = [f"1.{at}" for at in range(self.road + 1)]
        return {"good": good, "bad": bad, "releases": dict.fromkeys(good.versions, steps)}

    def ask(self, trial: Trial) -> Told:
        """Answer by chance."""
        base = self.end(0 if trial.lean == "good" else self.road).versions
        versions = {**base, **dict(trial.versions)}
        name, step = self.guilty
        rate = self.rates[int(versions[name].split(".")[1]) >= step]
        shown = self.chance.random() < rate
        return Told(signature="failed: boom" if shown else "ok", versions=versions)

    @property
    def varies(self) -> bool:
        """Whether one of the ends will not repeat itself when it is asked twice, first good's."""
        ahead = Random()  # noqa: S311 - a simulation
        ahead.setstate(self.chance.getstate())
        shown = [ahead.random() < rate for rate in self.rates for _ in range(2)]
        return shown[0] != shown[1] or shown[2] != shown[3]

    def right(self, found: Explanation) -> bool:
        """Whether the guilty step is named, with its interval."""
        name, step = self.guilty
        want = [(name, f"1.{step - 1}", f"1.{step}")]
        return [(c.package, c.last_good, c.first_bad) for c in found.culprits] == want


def explain(world: World, rates: Rates | None) -> Explanation:
    """Search one world to its end."""
    machine = Explain(**world.machine_parts, rates=rates, error=ERROR)
    while trials := machine.propose():
        for trial in trials:
            machine.tell(trial, world.ask(trial))
    return machine.result


def ignoring(world: World, _rates: Rates | None) -> Explanation:
    """Search as if every answer were the same again: each closure is asked once."""
    known = {
        end: Told(signature=word, versions=end.versions)
        for end, word in ((world.end(0), "ok"), (world.end(world.road), "failed: boom"))
    }

    def once(trial: Trial) -> Told:
        told = world.ask(trial)
        pins = sorted(told.versions.items())
        closure = Closure(pins=tuple(Pin(name=name, version=version) for name, version in pins))
        return known.setdefault(closure, told)

    machine = Explain(**world.machine_parts)
    while trials := machine.propose():
        for trial in trials:
            machine.tell(trial, once(trial))
    return machine.result


def row(shape: tuple[int, int], rates: tuple[float, float], how: str, trials: int) -> str:
    """Run one line of the table."""
    told = Rates(good=rates[0], bad=rates[1])
    run: Callable = ignoring if how == "ignored" else explain
    drawn = (World(packages=shape[0], road=shape[1], rates=rates, seed=at) for at in count())
    fit = (world for world in drawn if how != "unknown" or world.varies)
    worlds = list(islice(fit, trials))
    found = [run(world, told if how == "known" else None) for world in worlds]
    bound = told.bound(shape[0] * shape[1], ERROR)
    right = sum(world.right(one) for world, one in zip(worlds, found, strict=True))
    named = sum(bool(one.culprits) for one in found)
    searched = [one.cost.search for one in found if one.ending is not Ending.FLAKY]
    flaky = sum(one.ending is Ending.FLAKY for one in found)
    cells = mean(searched) if searched else 0.0
    return (
        f"| {shape[0]} x {shape[1]} | {rates[0]:g}, {rates[1]:g} | {how} | {bound:.1f} "
        f"| {cells:.1f} | {cells / bound:.2f} | {right}/{trials} | {named - right} "
        f"| {flaky} | {trials - named - flaky} | {mean(one.cost.ends for one in found):.1f} "
        f"| {mean(one.cost.confirm for one in found):.1f} |"
    )


def alike(rate: float, trials: int) -> str:
    """Run worlds in which no step matters."""
    rates = (rate, rate)
    worlds = [World(packages=12, road=8, rates=rates, seed=at) for at in range(trials)]
    found = [explain(world, None) for world in worlds]
    endings = Counter(one.ending.value for one in found)
    told = ", ".join(f"{number} {ending}" for ending, number in endings.most_common())
    ends = mean(one.cost.ends for one in found)
    named = sum(bool(one.culprits) for one in found)
    return f"| {rate:g} | {named}/{trials} | {told} | {ends:.1f} |"


def main() -> None:
    """Print the report."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    print("# Explain where answers vary\n")
    print(
        f"`python benchmarks/noise.py {trials}`, {datetime.now(UTC):%Y-%m-%d}, commit {commit}, "
        "2 shared cores. N single-step upgrades, one guilty, uniform prior, error 5 %; "
        "B = log2 N / C + log2(1/error) / C1. Cells of the search, one at a time, where the ends "
        "were told apart.\n"
    )
    print("* `known`" + (__doc__ or "").split("* `known`")[1])
    names = "N | rates | how | B | search | ÷ B | right | wrong | flaky | nobody | ends | confirm"
    print(f"| {names} |\n|{'---|' * 12}")
    for shape in SHAPES:
        for rates in RATES:
            for how in HOW:
                print(row(shape, rates, how, trials), flush=True)
    print("\nNo step matters, both ends fail at one rate:\n")
    print("| rate | named | endings | ends |\n|---|---|---|---|")
    for rate in ALIKE:
        print(alike(rate, trials), flush=True)


if __name__ == "__main__":
    main()
