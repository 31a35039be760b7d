"""The workflows as GitHub reads them, and as a runner runs them: word for word, in strange folders.

What is not run here: GitHub's own actions (folders are moved as they move them), `gh` (a program
of that name writes down what it was asked), and the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.cli import main_group
from tests.real.actions import GitHubsWords, github
from tests.real.jobs import Went, event, read, run_workflow
from tests.real.newcomer import DAY, built, committed, git, installed, repository
from tests.real.runner import World
from tests.real.test_wheel import must

pytestmark = [pytest.mark.real, pytest.mark.network]
OWN = Path(".github/workflows/stackmatrix.yml")
LEFT_OUT = "" if "state" in main_group.commands else "stackmatrix state "


@pytest.fixture(scope="module")
def words() -> Iterator[GitHubsWords]:
    with github() as told:
        yield told


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def command(wheel: Path) -> Path:
    return installed(wheel, wheel.parent / "venv")


@pytest.fixture(scope="module")
def app(wheel: Path, command: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of a newcomer after one command and one commit."""
    place = repository(tmp_path_factory.mktemp("newcomer") / "app")
    must(str(command), "init", "--stackmatrix", str(wheel), cwd=place)
    matrix = yaml.safe_load((place / "matrix.yaml").read_text())
    matrix["cutoff"] = DAY  # the one thing that a person would not write
    matrix["stacks"]["chat"]["suite"] = ["chat/capital-france"]
    (place / "matrix.yaml").write_text(yaml.safe_dump(matrix, sort_keys=False))
    return committed(place, "look every day")


@pytest.fixture(scope="module")
def went(words: GitHubsWords, app: Path, tmp_path_factory: pytest.TempPathFactory) -> Went:
    here = tmp_path_factory.mktemp("runner")
    world = World(
        words=words,
        here=here,
        source=app,
        github=event("workflow_dispatch"),
        variables={"STACKMATRIX_PAGES": "true"},
        left_out=LEFT_OUT,
    )
    return run_workflow(world, read(app / OWN))


def test_a_newcomer_gets_a_scheduled_matrix_with_one_command_and_one_commit(
    app: Path, went: Went
) -> None:
    assert git(app, "status", "--porcelain") == ""
    workflow = read(app / OWN)
    (timer,) = workflow["on"]["schedule"]
    assert re.fullmatch(r"\d{1,2} 5 \* \* \*", timer["cron"])
    assert went.results["merge"] == "success", went.printed
    report = json.loads((went.artifacts.root / "report" / "report.json").read_text())
    assert {one["name"] for one in report["components"]} == {"openai", "xllamacpp"}
