"""What of a state travels and what stays, and what is said where a branch cannot be had."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.facts import Marked
from bot.errors import BranchError
from bot.ledger.files import FileLedger
from bot.ledger.sync import pull, push
from tests.real.git_server import READ, WRITE, serving
from tests.real.pushers import DAY, fresh, git, lost, machine

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
ROOT = Path(__file__).parents[2]
ONCE = "import bot.ledger.sync as s; s.ATTEMPTS = 2; from bot.cli import main; main()"
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    git("init", "--quiet", "--bare", str(tmp_path / "origin.git"))
    return tmp_path


def test_drafts_and_the_switch_travel_and_what_is_private_stays(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    a.run(0)
    for name in ("outbox/f/issue.md", "private/f/issue.md", "envs/x/y", "STOP", "torn/z", "http/q"):
        file = a.state / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("first\n")
    push(a.where)
    pull(b.where)
    names = {p.relative_to(b.state).as_posix() for p in b.state.rglob("*") if p.is_file()}
    assert {"outbox/f/issue.md", "STOP"} < names
    assert not {name for name in names if name.startswith(("private", "envs", "torn", "http"))}
    (b.state / "outbox/f/issue.md").write_text("edited by a person\n")
    (b.state / "STOP").unlink()
    push(b.where)
    pull(a.where)
    assert (a.state / "outbox/f/issue.md").read_text() == "edited by a person\n"
    assert not (a.state / "STOP").exists()
    (a.state / "outbox/f/issue.md").write_text("by a\n")
    (b.state / "outbox/f/issue.md").write_text("by b\n")
    push(a.where)
    push(b.where)
    assert (b.state / "outbox/f/issue.md").read_text() == "by b\n"
    assert [p.read_text() for p in (b.state / "outbox/f").glob("theirs-*")] == ["by a\n"]
    shutil.rmtree(a.state / "outbox")  # a draft that was taken back goes everywhere
    pull(a.where)
    shutil.rmtree(a.state / "outbox/f")
    push(a.where)
    pull(b.where)
    assert not (b.state / "outbox/f/issue.md").exists()


def test_what_is_damaged_on_the_branch_is_said_and_kept(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    a.run(0)
    strange = b'{"v":2,"run":1,"job":"j","attempt":0,"body":{"kind":"Dreamt"}}\nnonsense \xff\n'
    with (a.state / "facts/000001.ndjson").open("ab") as segment:
        segment.write(strange)
    blob = "blobs/ab/ab" + "0" * 62
    for name in (blob, "facts/000002-000002.fold"):
        (a.state / name).parent.mkdir(parents=True, exist_ok=True)
        (a.state / name).write_bytes(b"not what it says")
    push(a.where)
    done = pull(b.where)
    assert any(blob in notice for notice in done.notices)
    assert any("000002-000002.fold" in notice for notice in done.notices)
    assert not (b.state / blob).exists()
    assert (b.state / "facts/000002-000002.fold").read_bytes() == b"not what it says"
    assert strange in (b.state / "facts/000001.ndjson").read_bytes()
    assert any("Dreamt" in n or "version 2" in n for n in FileLedger.read(b.state).notices)
    assert b.run(0) == 3
    push(b.where)
    assert lost([(a, 0), (b, 1)], fresh(place)) == []
    c = machine(place, "c")
    assert c.run(0) == 1  # it comes without having looked
    c.run(1)
    assert push(c.where).moved == {1: 4, 2: 5}
    assert lost([(b, 1), (c, 2)], fresh(place, "fresher")) == []


def test_the_checkout_is_left_alone(place: Path) -> None:
    a = machine(place, "a")
    checkout = place / "a"
    hook = checkout / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (checkout / "mine.txt").write_text("staged\n")
    (checkout / ".gitignore").write_text("state/\n")
    git("add", "mine.txt", cwd=checkout)
    before = {p: p.read_bytes() for p in (checkout / ".git").rglob("*") if p.is_file()}
    a.run(0)
    push(a.where)
    pull(a.where)
    assert {p: p.read_bytes() for p in (checkout / ".git").rglob("*") if p.is_file()} == before
    assert git("branch", "--list", cwd=checkout) == ""


@pytest.mark.parametrize(
    ("hook", "says", "cure"),
    [
        ("echo 'remote: error: GH006: Protected branch update failed'", "protected", "branch"),
        ("echo 'Permission to o/r.git denied to github-actions[bot].'", "written", "contents"),
        ("echo no", "may not be written", "contents: write"),
    ],
)
def test_a_refusal_is_told_with_its_cure(place: Path, hook: str, says: str, cure: str) -> None:
    a = machine(place, "a")
    a.run(0)
    file = place / "origin.git/hooks/pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{hook} >&2\nexit 1\n")
    file.chmod(0o755)
    with pytest.raises(BranchError, match=says) as caught:
        push(a.where)
    assert cure in caught.value.cure
    assert lost([(a, 1)], a.state) == []


def test_the_verbs_say_what_they_did(place: Path) -> None:
    a = machine(place, "a")

    def said(*words: str) -> dict[str, object]:
        command = [sys.executable, "-c", "from bot.cli import main; main()", "state", *words]
        ran = subprocess.run(
            [*command, "--json"], env=ENV, cwd=place / "a", capture_output=True, check=True
        )
        return dict(json.loads(ran.stdout))

    assert said("pull", "--state", "state")["there"] is False
    a.run(0)
    a.run(1)
    assert said("push", "--state", "state")["pushed"] is True
    assert said("push", "--state", "state")["pushed"] is False
    assert said("pull", "--state", "other")["there"] is True
    assert said("compact", "--state", "state", "--push")["pushed"] is False
    assert lost([(a, 2)], place / "a/other") == []


def test_what_is_no_matter_for_the_public_is_not_pushed_unasked(place: Path) -> None:
    a = machine(place, "a")
    a.run(0)
    with FileLedger.open(a.state) as ledger:
        ledger.go_on()
        secret = Marked(finding="5f0c", private=True, who="me", at=DAY, why="a token in it")
        ledger.tell(secret, job="mark")
    command = [sys.executable, "-c", "from bot.cli import main; main()", "state", "push"]
    words = ["--state", "state"]
    ran = subprocess.run(
        [*command, *words], env=ENV, cwd=place / "a", capture_output=True, check=False
    )
    assert ran.returncode == 6
    assert b"5f0c" in ran.stderr
    assert b"issues public" in ran.stderr
    assert git("branch", "--list", cwd=place / "origin.git") == ""
    ran = subprocess.run([*command, *words, "--private"], env=ENV, cwd=place / "a", check=False)
    assert ran.returncode == 0
    assert git("branch", "--list", cwd=place / "origin.git") != ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--repository", "nowhere"], b"there is no folder nowhere"),
        (["--remote", "upstream"], b"no repository with a remote `upstream`"),
        (["--remote", "./nothing.git"], b"is in no repository that can be reached"),
        (["--remote", "https://me:hunter2@127.0.0.1:9/r.git"], b"could not be reached"),
    ],
)
def test_a_wrong_place_is_one_clear_error(place: Path, words: list[str], says: bytes) -> None:
    machine(place, "a").run(0)
    command = [sys.executable, "-c", ONCE, "state", "push", "--state", "state", *words]
    ran = subprocess.run(command, env=ENV, cwd=place / "a", capture_output=True, check=False)
    assert ran.returncode in (2, 6)
    assert says in ran.stderr
    assert b"mend:" in ran.stderr
    assert b"hunter2" not in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_git_signs_in_as_the_checkout_does_and_nobody_reads_how(place: Path) -> None:
    a = machine(place, "a")
    a.run(0)
    git("config", "http.receivepack", "true", cwd=place / "origin.git")
    command = [sys.executable, "-c", ONCE, "state", "push", "--state", "state"]
    with serving(place) as address:
        setting = f"http.{address}/.extraheader"
        git("remote", "set-url", "origin", f"{address}/origin.git", cwd=place / "a")
        said = []
        for word in ("AUTHORIZATION: basic d3Jvbmc=", READ, WRITE):
            git("config", "--local", setting, word, cwd=place / "a")
            ran = subprocess.run(
                command, env=ENV, cwd=place / "a", capture_output=True, check=False
            )
            said.append((ran.returncode, (ran.stdout + ran.stderr).decode()))
            assert word.split()[-1] not in said[-1][1]
        state = fresh_from(place, f"{address}/origin.git", setting)
    assert [code for code, _ in said] == [6, 6, 0], said
    assert "asks who is there" in said[0][1]
    assert "may not be written" in said[1][1]
    assert "contents: write" in said[1][1]
    assert lost([(a, 1)], state) == []


def fresh_from(place: Path, address: str, setting: str) -> Path:
    """Pull with a token that may only read."""
    one = machine(place, "reader")
    git("remote", "set-url", "origin", address, cwd=place / "reader")
    git("config", "--local", setting, READ, cwd=place / "reader")
    pull(one.where)
    return one.state
