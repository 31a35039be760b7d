"""The specification of the whole: on a drawn world, the report says exactly what was drawn.

Real wheels, real uv, real processes, no network. The seed of a fresh world is printed; set
STACKMATRIX_SEED to see a world again, and STACKMATRIX_WORLDS=N to see N of them.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.model import Json
from tests.mini import oracle
from tests.mini.commit import committed_world
from tests.mini.compare import differences
from tests.mini.drive import Ran, run
from tests.mini.world import World, add_release, generate

NEWLY_BROKEN = 1
NOTHING_NEW = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The committed world in three runs: the first, one more, and one after a release."""

    world: World
    grown: World
    first: Ran
    second: Ran
    third: Ran


def upload_one_more(world: World) -> World:
    """Add a release of a package that several rows hold and that harms nobody."""
    passes = next(row for row in world.draw.rows if row.name == "passes")
    return add_release(world, passes.components[0])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    world = committed_world(tmp_path_factory.mktemp("committed"))
    first, second = run(world), run(world)
    grown = upload_one_more(world)
    return Story(world=world, grown=grown, first=first, second=second, third=run(grown))


def expected_after(world: World, executed: int) -> Json:
    """Return what is expected of a run on `world` that executes so many cells."""
    assert isinstance(world.expected, dict)
    return {**world.expected, "executed": executed}


def test_the_report_says_what_was_drawn(story: Story) -> None:
    assert differences(story.world.expected, story.first.report) == []
    assert story.first.code == NEWLY_BROKEN


def test_a_second_run_executes_nothing_and_says_the_same(story: Story) -> None:
    assert differences(expected_after(story.world, 0), story.second.report) == []
    assert story.second.code == NOTHING_NEW


def test_one_release_executes_exactly_its_cells(story: Story) -> None:
    new = oracle.executed(story.grown.draw) - oracle.executed(story.world.draw)
    assert differences(expected_after(story.grown, len(new)), story.third.report) == []


@pytest.mark.parametrize("at", range(int(os.environ.get("STACKMATRIX_WORLDS") or 1)))
def test_a_fresh_world_is_understood_as_well(at: int, tmp_path: Path) -> None:
    seed = int(os.environ.get("STACKMATRIX_SEED") or secrets.randbelow(10**9)) + at
    print(f"STACKMATRIX_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    world = generate(seed, tmp_path)
    assert differences(world.expected, run(world).report) == [], f"STACKMATRIX_SEED={seed}"
