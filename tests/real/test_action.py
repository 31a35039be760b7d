"""The action, step by step: each `run` as a runner runs it, in a repository of somebody's."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real.actions import GitHubsWords, github
from tests.real.artifacts import Artifacts
from tests.real.jobs import event
from tests.real.newcomer import committed, git
from tests.real.runner import TOKEN, Room, World
from tests.real.test_wheel import TWO_RELEASES

ROOT = Path(__file__).parents[2]
ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


@pytest.fixture(scope="module")
def words() -> Iterator[GitHubsWords]:
    with github() as told:
        yield told


def room(words: GitHubsWords, here: Path, name: str, **given: str) -> Room:
    """A job whose first step has checked out the repository in `here`."""
    inputs = {each: str(one["default"]) for each, one in ACTION["inputs"].items()} | given
    world = World(
        words=words, here=here, source=here / "repository", github=event("push"), inputs=inputs
    )
    side = {**world.github, "action_path": str(ROOT)}
    contexts = {"github": side, "inputs": inputs}
    made = Room(world=world, name=name, artifacts=Artifacts(here / "kept"), contexts=contexts)
    made.place.mkdir()
    made.step({"uses": "actions/checkout@0", "with": {"persist-credentials": False}})
    return made


def test_every_expression_is_an_input_or_a_place_and_none_is_in_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{'0' * 40}"))
        for name in re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(step)):
            assert name in ACTION["inputs"]


@pytest.mark.real
@pytest.mark.network
def test_a_repository_gets_its_matrix_by_one_line(words: GitHubsWords, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch", "main")
    (repository / "matrix.yaml").write_text(yaml.safe_dump(TWO_RELEASES))
    committed(repository, "a matrix")
    job = room(words, tmp_path, "job", python=sys.executable)
    for step in ACTION["runs"]["steps"]:
        job.step(step)
    code = job.steps["run"]["outputs"]["code"]
    assert code in ("0", "1"), job.printed
    assert job.failed == (code == "1")
    assert job.summary.startswith("# ")
    assert (tmp_path / "kept" / "stackmatrix" / "reports" / "index.html").exists()
    facts = job.workspace / job.world.inputs["state"] / "facts"
    assert TOKEN.encode() not in b"".join(file.read_bytes() for file in facts.iterdir())
    (run,) = (step for step in ACTION["runs"]["steps"] if step.get("id") == "run")
    job.contexts["inputs"]["config"] = "nowhere.yaml"
    job.failed = False
    job.step(run)
    assert job.steps["run"]["outputs"]["code"] == "3"
