"""Fresh upgrades of everything: whatever is drawn, `stackmatrix explain` says exactly that.

A few are asked through the real command, with real wheels and environments and no network; many
more through the search alone. Set STACKMATRIX_SEED to see one again, and STACKMATRIX_WORLDS=N to
ask N fresh ones for real.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.core.model import Json
from bot.core.outcome import Explanation
from tests.mini.draws import File
from tests.mini.upgrade_fates import draw
from tests.mini.upgrade_model import explain
from tests.mini.upgrade_world import differences, explained
from tests.mini.upgrades import PACKAGES, RELEASES, Bond, Fate, Style, Upgrade

SEEDS = range(60)
ASKED = (0, 1, 2, 5, 6, 7, 11, 18, 20, 44)  # every trait of a world is in one of them


def seeds() -> list[int]:
    """Return the seeds that are asked for real."""
    given, count = os.environ.get("STACKMATRIX_SEED"), os.environ.get("STACKMATRIX_WORLDS")
    if given:
        return [int(given)]
    return [secrets.randbelow(10**6) for _ in range(int(count))] if count else list(ASKED)


ALWAYS = ("package", "last_good", "first_bad")  # what a culprit has; the rest where there is any


def as_json(found: Explanation) -> dict[str, Json]:
    """Return what an explanation says as the command would, as far as it is compared."""
    culprits: list[Json] = [
        {key: value for key, value in asdict(each).items() if key in ALWAYS or value}
        for each in found.culprits
    ]
    along: list[Json] = [{"package": each.package} for each in found.moves_with]
    return {
        "ending": found.ending.value,
        "kind": found.kind,
        "culprits": culprits,
        "moves_with": along,
        "why": found.why,
    }


@pytest.mark.parametrize("seed", seeds())
def test_the_command_says_what_was_drawn(seed: int, tmp_path: Path) -> None:
    world, told = explained(seed, tmp_path)
    assert list(differences(world, told.json)) == []
    assert told.code == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_search_says_what_was_drawn(seed: int) -> None:
    world = draw(seed)
    assert list(differences(world, as_json(explain(world)))) == []


def traits(world: Upgrade) -> set[str]:
    """Return what is special about a world."""
    issues = [issue for package in world.packages.values() for issue in package.issues]
    found = {world.fate.value, world.style.value, *(c.bond.value for c in world.couples)}
    found |= {issue.file.value for issue in issues} | {world.wanted.ending}
    found |= {"yanked"} if any(issue.yanked for issue in issues) else set()
    found |= {"early"} if any("rc" in issue.version for issue in issues) else set()
    return found | ({"back"} if world.back else set()) | ({"index"} if world.indexed else set())


def test_everything_that_can_happen_is_drawn() -> None:
    special = {"yanked", "early", "back", "index", "interval", "interaction", "conclusive"}
    every = {*Fate, *Bond, *Style, *File, *special}
    assert set[str]().union(*(traits(draw(seed)) for seed in SEEDS)) == every
    asked = set[str]().union(*(traits(draw(seed)) for seed in ASKED))
    assert asked == every


def test_a_seed_is_a_world() -> None:
    world = draw(3)
    assert world == draw(3)
    assert world != draw(4)
    assert len(world.packages) == PACKAGES
    assert {len(package.issues) for package in world.packages.values()} == {RELEASES}
