"""The workflows as GitHub reads them, and as a runner runs them: word for word, in strange folders.

What is not run here: GitHub's own actions (folders are moved as they move them), `gh` (a program
of that name writes down what it was asked), and the pages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.workflow import Answers
from bot.effects.uv import binary
from bot.verbs.routine import workflows
from tests.real.actions import GitHubsWords, Status, github
from tests.real.artifacts import Artifacts
from tests.real.github_world import world
from tests.real.jobs import Went, event, read, run_workflow
from tests.real.newcomer import DAY, built, committed, git, installed, repository
from tests.real.runner import TOKEN, Room, World
from tests.real.test_wheel import must

pytestmark = [pytest.mark.real, pytest.mark.network]
PULLS = Path(".github/workflows/stackmatrix-pull_request.yml")
OWN = Path(".github/workflows/stackmatrix.yml")


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


def narrow(file: Path) -> None:
    """Leave the chats with one question, and see nothing that was released later."""
    matrix = yaml.safe_load(file.read_text())
    chat = matrix["stacks"]["chat"]
    matrix["cutoff"] = DAY
    matrix["stacks"] = {"chat": {**chat, "suite": ["chat/capital-france"]}}
    matrix["components"] = {name: matrix["components"][name] for name in chat["components"]}
    file.write_text(yaml.safe_dump(matrix, sort_keys=False))


@pytest.fixture(scope="module")
def app(wheel: Path, command: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of a newcomer after one command and one commit."""
    place = repository(tmp_path_factory.mktemp("newcomer") / "app")
    must(str(command), "init", "--stackmatrix", str(wheel), cwd=place)
    narrow(place / "matrix.yaml")
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
    )
    return run_workflow(world, read(app / OWN))


def test_a_newcomer_gets_a_scheduled_matrix_with_one_command_and_one_commit(
    app: Path, went: Went
) -> None:
    assert git(app, "status", "--porcelain") == ""
    (timer,) = read(app / OWN)["on"]["schedule"]
    assert re.fullmatch(r"\d{1,2} 5 \* \* \*", timer["cron"])
    good = dict.fromkeys(("plan", "execute", "merge", "keep", "report"), "success")
    skipped = dict.fromkeys(("file", "sweep", "alive"), "skipped")
    assert went.results == {**good, **skipped}, went.printed
    report = json.loads((went.artifacts.root / "report" / "report.json").read_text())
    assert {one["name"] for one in report["components"]} == {"openai", "xllamacpp"}
    assert {cell["trigger"] for cell in report["cells"]} >= {"baseline", "openai==3.35.1"}
    assert all(cell["tally"]["good"] for cell in report["cells"])
    (merge,) = went.rooms["merge"]
    assert merge.summary.startswith("# app and its stack")
    assert (went.artifacts.root / "github-pages" / "index.html").exists()


def test_every_line_of_it_is_run_but_those_that_ask_github(app: Path, went: Went) -> None:
    workflow = read(app / OWN)
    scripts = {
        step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step
    }
    asks = {one for one in scripts if "issues file" in one or "gh api" in one}
    assert len(asks) == 3
    assert scripts - asks == set(went.done)


def test_shards_are_apart_and_hand_on_what_they_saw(went: Went) -> None:
    shards = went.rooms["execute"]
    assert len(shards) == 2
    assert {room.contexts["matrix"]["backend"] for room in shards} == {"cpu"}
    bundles = [f"bundle-{room.contexts['matrix']['shard']}-1" for room in shards]
    assert set(bundles) < set(went.artifacts.names)
    assert not (shards[0].workspace / "state").exists(), "a shard knows its job file alone"


def test_the_second_day_takes_up_where_the_first_ended(
    words: GitHubsWords, app: Path, went: Went, tmp_path: Path
) -> None:
    """What was seen lies on its branch; nothing is new, so no shard is begun."""
    assert went.results["keep"] == "success"
    branch = git(app, "ls-tree", "-r", "--name-only", "stackmatrix-state").splitlines()
    assert any(name.startswith("facts/") for name in branch)
    world = World(words=words, here=tmp_path, source=app, github=event("schedule"))
    workflow = read(app / OWN)
    jobs = {name: job for name, job in workflow["jobs"].items() if name != "alive"}
    second = run_workflow(world, {**workflow, "jobs": jobs})
    assert second.results["execute"] == "skipped", second.printed
    assert second.results["keep"] == second.results["merge"] == "success", second.printed
    report = json.loads((second.artifacts.root / "report" / "report.json").read_text())
    assert (report["run"], report["executed"]) == (2, 0)


def test_no_token_is_in_anything_that_is_handed_on(went: Went) -> None:
    every = b"".join(one.read_bytes() for one in went.artifacts.root.rglob("*") if one.is_file())
    assert TOKEN.encode() not in every
    for room in went.rooms["execute"]:
        assert TOKEN not in room.printed


def test_a_pull_request_is_told_what_its_lock_changes(
    words: GitHubsWords, app: Path, wheel: Path, tmp_path: Path
) -> None:
    """The merge of a branch with a newer openai, as GitHub checks it out; then the words of it."""
    place = tmp_path / "app"
    git(tmp_path, "clone", "--quiet", str(app), str(place))
    git(place, "checkout", "--quiet", "-b", "newer")
    project = (place / "pyproject.toml").read_text()
    (place / "pyproject.toml").write_text(project.replace("openai==3.6.0", "openai==3.35.1"))
    must(binary(), "lock", "--exclude-newer", DAY, cwd=place)
    committed(place, "a newer openai")
    git(place, "checkout", "--quiet", "main")
    git(place, "merge", "--quiet", "--no-ff", "--no-edit", "newer")
    text = workflows(Answers(stackmatrix=str(wheel)), pulls=True)[PULLS].decode()
    world = World(
        words=words,
        here=tmp_path / "runner",
        source=place,
        github=event("pull_request", pull_request={"number": 7}),
    )
    (tmp_path / "workflow.yml").write_text(text)
    went = run_workflow(world, read(tmp_path / "workflow.yml"))
    assert went.results == {"compare": "success"}, went.printed
    told = json.loads((went.artifacts.root / "comment" / "comment.json").read_text())
    assert told["moves"] == [{"component": "openai", "base": "3.6.0", "head": "3.35.1"}]
    assert {one["word"] for one in told["stacks"]} == {"baseline", "still-good"}
    assert told["findings"] == []
    (room,) = went.rooms["compare"]
    assert room.summary.startswith("# ")
    assert list(room.workspace.glob("changed-*")) == [], "the matrix in between is gone"


@pytest.mark.parametrize(
    ("name", "more", "begins"),
    [
        ("schedule", {}, True),
        ("schedule", {"repository": {"fork": True}}, False),
        ("workflow_dispatch", {"repository": {"fork": True}}, True),
        ("issues", {"label": {"name": "stackmatrix-run"}}, True),
        ("issues", {"label": {"name": "bug'; echo"}}, False),
    ],
)
def test_who_may_begin_a_look(
    words: GitHubsWords, app: Path, name: str, more: dict[str, Any], begins: bool
) -> None:
    workflow = read(app / OWN)
    side = event(name, **more)
    contexts = {"github": side, "vars": {}, "needs": {}}
    assert words.holds(workflow["jobs"]["plan"]["if"], contexts, Status()) == begins
    group = words.value(workflow["concurrency"]["group"], contexts, Status())
    waits = name != "issues" or begins
    assert group == ("stackmatrix-matrix.yaml" if waits else "stackmatrix-1")


def test_the_timer_is_kept_on_by_the_timer_alone(
    words: GitHubsWords, app: Path, tmp_path: Path
) -> None:
    """Against a `gh` that writes down what it is asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(f'#!/bin/sh\necho "$GH_TOKEN $*" > {tools}/asked\n')
    (tools / "gh").chmod(0o755)
    workflow = read(app / OWN)
    alone = {**workflow, "jobs": {"alive": workflow["jobs"]["alive"]}}
    world = World(
        words=words,
        here=tmp_path,
        source=app,
        github=event("schedule"),
        extra={"PATH": f"{tools}:{os.environ['PATH']}"},
    )
    assert run_workflow(world, alone).results == {"alive": "success"}
    assert (tools / "asked").read_text() == (
        f"{TOKEN} api --method PUT repos/owner/app/actions/workflows/stackmatrix.yml/enable\n"
    )


GH = """\
#!{python}
import json, os, sys
import jq
words = sys.argv[1:]
with open("{here}/asked", "a") as asked:
    print(os.environ["GH_TOKEN"], *words, file=asked)
names = ["planned", "jobs", "bundle-1-1", "ledger", "report", "github-pages"]
listed = {{"artifacts": [{{"id": at, "name": name}} for at, name in enumerate(names)]}}
if "--jq" in words:
    print(*jq.compile(words[words.index("--jq") + 1]).input_value(listed).all(), sep="\\n")
"""


@pytest.mark.parametrize("private", [False, True])
def test_what_jobs_handed_each_other_does_not_stay_in_a_public_place(
    words: GitHubsWords, app: Path, tmp_path: Path, private: bool
) -> None:
    """Against a `gh` that has six artifacts; what it filters with is jq."""
    gh = tmp_path / "gh"
    gh.write_text(GH.format(python=sys.executable, here=tmp_path))
    gh.chmod(0o755)
    workflow = read(app / OWN)
    before = workflow["jobs"]["sweep"]["needs"]
    done = {name: {"runs-on": "x", "steps": [{"run": "true"}]} for name in before}
    failed = {"keep": {"runs-on": "x", "steps": [{"run": "false"}]}}
    world = World(
        words=words,
        here=tmp_path / "runner",
        source=app,
        github=event("schedule", repository={"fork": False, "private": private}),
        extra={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    jobs = {**done, **failed, "sweep": workflow["jobs"]["sweep"]}
    went = run_workflow(world, {**workflow, "jobs": jobs})
    assert went.results["keep"] == "failure"
    assert went.results["sweep"] == ("skipped" if private else "success"), went.printed
    if not private:
        told = (tmp_path / "asked").read_text().splitlines()
        gone = [line for line in told if "DELETE" in line]
        place = f"{TOKEN} api --method DELETE repos/owner/app/actions/artifacts/"
        assert gone == [f"{place}{at}" for at in range(4)]


def test_the_job_that_files_says_what_may_be_said(
    words: GitHubsWords, app: Path, went: Went, tmp_path: Path
) -> None:
    """On a GitHub that nobody here wrote: nothing waits, and the dashboard is one issue there."""
    (tmp_path / "github").mkdir()
    with world(tmp_path / "github") as there:
        place = tmp_path / "app"
        git(tmp_path, "clone", "--quiet", str(app), str(place))
        matrix = yaml.safe_load((place / "matrix.yaml").read_text())
        matrix["policy"] = {"default": "draft", "own": there.place}
        (place / "matrix.yaml").write_text(yaml.safe_dump(matrix))
        committed(place, "a place for the dashboard")
        shutil.copytree(went.artifacts.root, tmp_path / "artifacts")
        workflow = read(place / OWN)
        job = workflow["jobs"]["file"]
        github = {**event("schedule"), "token": "bot-token"}
        room = Room(
            world=World(words=words, here=tmp_path, source=place, github=github),
            name="file",
            artifacts=Artifacts(tmp_path / "artifacts"),
            contexts={"github": github, "secrets": {"STACKMATRIX_TOKEN": "bot-token"}, "vars": {}},
            env=workflow["env"],
        )
        room.place.mkdir()
        for step in job["steps"]:
            if "issues file" in step.get("run", ""):
                room.env |= there.recorder.env
            room.step(step)
        assert not room.failed, room.printed
        assert "nothing waits to be filed" in room.printed
        (page,) = there.issues()
        assert page["user"]["login"] == "bot"
        assert there.recorder.violations == []
