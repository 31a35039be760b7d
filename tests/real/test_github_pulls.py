"""A pull request is told once what its lock changes, by the script of `comment.yml` as it is."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.remark import MARK, data
from tests.golden.sample import REPORT
from tests.real.github_recorder import Recorder
from tests.real.github_world import World, environment, world
from tests.real.test_wheel import ROOT
from tests.unit.core.test_remark import MOVES

pytestmark = [pytest.mark.real, pytest.mark.network]
COMMENT = yaml.safe_load((ROOT / "workflows" / "comment.yml").read_text())
SAY = COMMENT["jobs"]["comment"]["steps"][-1]["run"]
BOT = "from bot.cli import main; main()"
TOLD = data(MOVES, REPORT)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("github")) as made:
        yield made


PLACES = iter(f"owner/engine-{at}" for at in range(1, 20))


@pytest.fixture
def there(whole: World) -> Iterator[World]:
    whole.recorder.calls.clear()
    whole.recorder.fault = lambda _: ""
    yield replace(whole, place=next(PLACES))
    assert whole.recorder.violations == []


def opened(there: World) -> tuple[int, str]:
    """Open a pull request; return its number and its last commit."""
    asked = {"title": "a newer openai", "head": "newer", "base": "main"}
    there.ask("POST", f"/repos/{there.place}/git/refs", branch(there))
    made = there.ask("POST", f"/repos/{there.place}/pulls", asked)
    return made["number"], made["head"]["sha"]


def branch(there: World) -> dict[str, str]:
    there.write("uv.lock", "a lock\n")
    (commit,) = there.ask("GET", f"/repos/{there.place}/commits?per_page=1")
    return {"ref": "refs/heads/newer", "sha": commit["sha"]}


def say(there: World, folder: Path, commit: str, told: dict[str, Any] | None = None) -> str:
    """Run the script of the workflow as its runner does."""
    bin_ = folder / "stackmatrix" / "bin"
    bin_.mkdir(parents=True, exist_ok=True)
    (bin_ / "stackmatrix").write_text(
        f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", BOT])} "$@"\n'
    )
    (bin_ / "stackmatrix").chmod(0o755)
    (folder / "told").mkdir(exist_ok=True)
    if told is not None:
        (folder / "told" / "comment.json").write_text(json.dumps(told))
    env = {
        **environment(there.recorder),
        "GITHUB_TOKEN": "bot-token",
        "STACKMATRIX_LOGIN": "bot",
        "RUNNER_TEMP": str(folder),
        "GITHUB_REPOSITORY": there.place,
        "OWNER": "owner",
        "BRANCH": "newer",
        "COMMIT": commit,
    }
    ran = subprocess.run(
        ["bash", "-e", "-c", SAY],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return ran.stdout if ran.returncode == 0 else f"{ran.returncode}: {ran.stderr}"


def comments(there: World, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = there.ask("GET", f"/repos/{there.place}/issues/{number}/comments")
    return found


def writes(recorder: Recorder) -> list[str]:
    return [call.method for call in recorder.to_github if call.method != "GET"]


def test_there_is_one_comment_that_is_edited_in_place(there: World, tmp_path: Path) -> None:
    number, commit = opened(there)
    body = {"body": f"{MARK}\nby somebody else"}
    there.ask("POST", f"/repos/{there.place}/issues/{number}/comments", body)
    assert f"{there.place}#{number}: said\n" in say(there, tmp_path, commit, TOLD)
    assert f"{there.place}#{number}: said before\n" in say(there, tmp_path, commit, TOLD)
    calm = {**TOLD, "findings": [], "stacks": []}
    assert f"{there.place}#{number}: edited\n" in say(there, tmp_path, commit, calm)
    stranger, ours = comments(there, number)
    assert stranger["body"].endswith("by somebody else")
    assert ours["user"]["login"] == "bot"
    assert ours["body"].startswith(MARK)
    assert "would break" not in ours["body"]
    assert writes(there.recorder) == ["POST", "PATCH"]


def test_a_pull_request_that_went_on_or_was_closed_is_left_alone(
    there: World, tmp_path: Path
) -> None:
    number, commit = opened(there)
    assert "nothing is said" in say(there, tmp_path, "d" * 40, TOLD)
    there.ask("PATCH", f"/repos/{there.place}/pulls/{number}", {"state": "closed"})
    assert "nothing is said" in say(there, tmp_path, commit, TOLD)
    assert comments(there, number) == []
    assert writes(there.recorder) == []


def test_nothing_is_said_without_data_or_with_strange_ones(there: World, tmp_path: Path) -> None:
    number, commit = opened(there)
    assert "nothing to say" in say(there, tmp_path, commit)
    odd = {**TOLD, "moves": [{"component": "@octocat", "base": "1", "head": "2"}]}
    assert say(there, tmp_path, commit, odd).startswith("8: ")
    assert comments(there, number) == []
    assert there.recorder.to_github == []
