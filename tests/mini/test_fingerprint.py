"""Two installations that never heard of each other call one cause by one name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.core.draft import named
from bot.core.model import Json
from tests.mini.commit import committed_draw
from tests.mini.draws import Draw
from tests.mini.drive import only, run
from tests.mini.world import World, write

ROW = "drifts"


def later(drawn: Draw) -> Draw:
    """The same packages, watched from the last baseline before the guilty release."""
    (row,) = drawn.rows
    (culprit,) = row.blames[0].culprits
    baseline = {**row.baseline, culprit.package: culprit.last_good}
    assert baseline != row.baseline
    return replace(drawn, rows=(replace(row, baseline=baseline),))


def elsewhere(world: World) -> None:
    """Call everything as another user would, and watch it twice."""
    told = yaml.safe_load(world.matrix.read_text())
    (stack,) = told["stacks"].values()
    theirs = {name: f"my-{name}" for name in told["components"]}
    baseline = {theirs[name]: version for name, version in stack["baseline"].items()}
    mine = {**stack, "components": list(map(theirs.get, stack["components"]))}
    mine["baseline"] = baseline
    told["components"] = {theirs[name]: one for name, one in told["components"].items()}
    told["stacks"] = {"our production": mine, "a laptop": mine}
    world.matrix.write_text(yaml.safe_dump(told, sort_keys=False))
    for file in (world.root / "probes").glob("*.yaml"):
        text = yaml.safe_load(file.read_text())
        for case in text["cases"]:
            case["id"] = f"our own {case['id']}"
        file.write_text(yaml.safe_dump(text, sort_keys=False))


def broken(world: World) -> list[dict[str, Json]]:
    told = run(world).report["findings"]
    assert isinstance(told, list)
    return [one for one in told if isinstance(one, dict) and one["verdict"] == "regressed"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write(only(committed_draw(), ROW), tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def mine(here: World) -> dict[str, Json]:
    (found,) = broken(here)
    return found


def test_two_installations_meet_in_one_name(
    here: World, mine: dict[str, Json], tmp_path: Path
) -> None:
    there = write(later(here.draw), tmp_path)
    elsewhere(there)
    (theirs,) = broken(there)
    assert (theirs["row"], theirs["also"]) == ("our production", ["a laptop"])
    assert theirs["finding"] == mine["finding"]
    drafts = [
        (world.root / ".stackmatrix" / "outbox" / str(mine["finding"]) / "issue.md").read_text()
        for world in (here, there)
    ]
    assert {named(draft) for draft in drafts} == {mine["finding"]}
    assert "our production" not in drafts[1]


def test_another_guilty_release_has_another_name(
    here: World, mine: dict[str, Json], tmp_path: Path
) -> None:
    package = here.draw.packages[here.draw.rows[0].blames[0].culprits[0].package]
    at = next(n for n, each in enumerate(package.issues) if each.behaviour == "drift")
    issues = list(package.issues)
    issues[at] = replace(issues[at], behaviour=issues[at - 1].behaviour)  # one release later
    assert issues[at + 1].behaviour == "drift", "there is a later release to blame"
    moved = replace(package, issues=tuple(issues))
    drawn = replace(here.draw, packages={**here.draw.packages, package.name: moved})
    (other,) = broken(write(drawn, tmp_path))
    assert other["signature"] == mine["signature"]
    assert other["finding"] != mine["finding"]
