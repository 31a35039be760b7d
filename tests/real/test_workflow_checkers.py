"""Workflows and the action before three judges of others: GitHub's own, a schema, and zizmor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.workflow import Answers
from bot.verbs.routine import FOLDER, workflows
from tests.real.actions import GitHubsWords, Status, github
from tests.real.jobs import read
from tests.real.test_wheel import ROOT

pytestmark = [pytest.mark.real, pytest.mark.network]
OWN = FOLDER / "stackmatrix.yml"


@pytest.fixture(scope="module")
def words() -> Iterator[GitHubsWords]:
    with github() as told:
        yield told


def checked() -> dict[str, str]:
    """Return every workflow, ours and those for others, by the path where GitHub looks for it."""
    ours = {f".github/workflows/{one.name}": one for one in (ROOT / "workflows").glob("*.yml")}
    own = workflows(Answers(stackmatrix="stackmatrix==1"), pulls=True)
    return {name: file.read_text() for name, file in ours.items()} | {
        str(path): content.decode() for path, content in own.items()
    }


def test_githubs_own_checker_finds_nothing_but_what_is_planted(words: GitHubsWords) -> None:
    files = checked()
    assert len(files) == 8
    for name, text in files.items():
        assert words.check(f"file:///r/{name}", text, files) == []
    action = (ROOT / "action.yml").read_text()
    assert words.check("file:///r/action.yml", action, {}) == []
    for right, wrong in (
        ("needs.plan.outputs.matrix", "needs.plan.outputs.martix"),
        ("inputs.shards", "inputs.shrads"),
        ("timeout-minutes", "timeout-mintues"),
        ("needs: [plan, execute]", "needs: [plan, executor]"),
    ):
        spoiled = files[".github/workflows/watch.yml"].replace(right, wrong, 1)
        assert words.check("file:///r/.github/workflows/spoiled.yml", spoiled, files), wrong
    spoiled = files[".github/workflows/schedule.yml"].replace("pages: ${{", "pegas: ${{")
    assert words.check("file:///r/.github/workflows/spoiled.yml", spoiled, files)
    assert words.check("file:///r/action.yml", action.replace("composite", "composed"), {})


@pytest.mark.parametrize(
    ("tool", "arguments", "right", "wrong"),
    [
        (
            "check-jsonschema",
            ["--builtin-schema", "vendor.github-workflows"],
            "runs-on: ubuntu-24.04",
            "run-on: ubuntu-24.04",
        ),
        (
            "zizmor",
            ["--offline", "--quiet"],
            'run: stackmatrix show --reports reports --fail-on "$FAIL_ON"',
            "run: echo ${{ github.event.issue.title }}",
        ),
    ],
)
def test_two_checkers_of_others_find_nothing_but_what_is_planted(
    tool: str, arguments: list[str], right: str, wrong: str, tmp_path: Path
) -> None:
    program = Path(sys.executable).with_name(tool)
    if not program.exists():
        pytest.skip(f"{tool} is not installed")
    files = checked()
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def good(*names: str) -> bool:
        argv = [str(program), *arguments, *names]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert good(*files)
    for name in (".github/workflows/watch.yml", str(OWN)):
        assert right in files[name]
        (tmp_path / name).write_text(files[name].replace(right, wrong))
        assert not good(name)


def test_the_example_calls_the_one_that_is_here_with_what_it_takes(words: GitHubsWords) -> None:
    schedule, watch = (read(ROOT / "workflows" / f"{one}.yml") for one in ("schedule", "watch"))
    job = schedule["jobs"]["watch"]
    assert ROOT / job["uses"] == ROOT / ".github/workflows/watch.yml"
    contexts = {"vars": {"STACKMATRIX_PAGES": "true"}, "secrets": {"STACKMATRIX_TOKEN": "t"}}
    given = words.value(job["with"], contexts, Status())
    assert given == {"pages": True, "file": False}
    assert given.keys() <= watch["on"]["workflow_call"]["inputs"].keys()
