"""Rules that every workflow here keeps, and every one that is made for somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.workflow import Answers
from bot.verbs.routine import workflows

ROOT = Path(__file__).parent.parent
# What each commit is called there; one that nobody has looked up is not let in.
KNOWN = {
    "actions/checkout": ("11bd71901bbe5b1630ceea73d27597364c9af683", "v4.2.2"),
    "actions/cache": ("5a3ec84eff668545956fd18022155c47e93e2684", "v4.2.3"),
    "actions/upload-artifact": ("ea165f8d65b6e75b540449e92b4886f43607fa02", "v4.6.2"),
    "actions/download-artifact": ("d3f86a106a0bac45b974a628896c90dbdf5c8093", "v4.3.0"),
    "actions/configure-pages": ("983d7736d9b0ae728b81ab479565c72886d7745b", "v5.0.0"),
    "actions/upload-pages-artifact": ("7b1f4a764d45c48632c6b24a0339c27f5614fb0b", "v4.0.0"),
    "actions/deploy-pages": ("d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e", "v4.0.5"),
}
# Jobs that may write, and what; every other one may read at most.
WRITES = {
    "file": {"issues"},
    "keep": {"contents"},
    "report": {"pages", "id-token"},
    "alive": {"actions"},
    "sweep": {"actions"},
    "comment": {"pull-requests"},
}
CELLS = re.compile(r"stackmatrix (run|plan|execute|changed|judge|explain|reduce|\"\$step\")")
ANSWERS = Answers(stackmatrix="stackmatrix==1")
TEXTS = {
    **{file.name: file.read_text() for file in sorted((ROOT / "workflows").glob("*.yml"))},
    **{f"own {path}": told.decode() for path, told in workflows(ANSWERS, pulls=True).items()},
}
Json = Any


def read(text: str) -> Mapping[str, Json]:
    told = yaml.safe_load(text)
    return {"on": told.pop(True), **told}


def broken(text: str) -> Iterator[str]:
    """Yield every rule that a workflow breaks."""
    told = read(text)
    if "pull_request_target" in told["on"]:
        yield "a stranger's code would hold a token"
    if told.get("permissions") != {}:
        yield "what is not said is not allowed"
    for name, job in told["jobs"].items():
        yield from (f"{name}: {rule}" for rule in _job(name, job))
    for line in text.splitlines():
        yield from _pinned(line)


def _job(name: str, job: Mapping[str, Json]) -> Iterator[str]:
    if "permissions" not in job:
        yield "no permissions"
    if "uses" in job:  # a job that calls: the called ones have their own
        return
    writes = {what for what, how in job["permissions"].items() if how == "write"}
    if writes != WRITES.get(name, set()):
        yield f"writes {sorted(writes)}"
    if "timeout-minutes" not in job:
        yield "no timeout"
    for step in job["steps"]:
        yield from _step(step, writes)


def _step(step: Mapping[str, Json], writes: set[str]) -> Iterator[str]:
    script = str(step.get("run", ""))
    if "${{" in script:
        yield "an expression in a script"
    if writes and CELLS.search(script):
        yield "it may write, and runs cells"
    if "checkout" in str(step.get("uses")) and step["with"]["persist-credentials"] is not False:
        yield "the checkout keeps its token"


def _pinned(line: str) -> Iterator[str]:
    used = re.search(r"\buses: (\S+)(?: # (\S+))?", line)
    if used is None or used[1].startswith("./"):
        return
    action, _, commit = used[1].partition("@")
    if KNOWN.get("/".join(action.split("/")[:2])) != (commit, used[2]):
        yield f"{used[1]} {used[2]} is not what is known of it"


@pytest.mark.parametrize("name", TEXTS)
def test_every_rule_is_kept(name: str) -> None:
    assert [*broken(TEXTS[name])] == []


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("  workflow_call:", "  pull_request_target:\n  workflow_call:", "a stranger's code"),
        ("permissions: {}", "permissions: {contents: read}", "not said"),
        ("    timeout-minutes: 30\n", "", "plan: no timeout"),
        ("      contents: read\n", "      contents: write\n", "plan: writes"),
        ("      contents: write\n", "      contents: read\n", "keep: writes"),
        ('run: stackmatrix show --reports reports --fail-on "$FAIL_ON"',
         "run: echo ${{ github.event.issue.title }}", "merge: an expression"),
        ("persist-credentials: false", "persist-credentials: true", "keeps its token"),
        ("683 # v4.2.2", "684 # v4.2.2", "is not what is known"),
        ("683 # v4.2.2", "683 # v4.2.3", "is not what is known"),
        ("stackmatrix state push", "stackmatrix run", "keep: it may write, and runs cells"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(right: str, wrong: str, rule: str) -> None:
    text = TEXTS["watch.yml"]
    assert right in text
    assert any(rule in told for told in broken(text.replace(right, wrong, 1)))


def test_who_calls_gives_what_the_called_jobs_take_and_no_more() -> None:
    """GitHub asks that of every job, also of those that are skipped."""
    called = [job["permissions"] for job in read(TEXTS["watch.yml"])["jobs"].values()]
    needed = {what for one in called for what, how in one.items() if how == "write"}
    given = read(TEXTS["schedule.yml"])["jobs"]["watch"]["permissions"]
    assert {what for what, how in given.items() if how == "write"} == needed


def test_a_comment_waits_for_the_workflow_that_there_is() -> None:
    for pulls, comment in (
        ("pull_request.yml", "comment.yml"),
        (
            "own .github/workflows/stackmatrix-pull_request.yml",
            "own .github/workflows/stackmatrix-comment.yml",
        ),
    ):
        awaited = read(TEXTS[comment])["on"]["workflow_run"]["workflows"]
        assert awaited == [read(TEXTS[pulls])["name"]]
