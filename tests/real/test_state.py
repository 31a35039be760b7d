"""The state on its branch: two runs at once, a rewritten branch, a lost cache; nothing is lost.

Real git, real processes, a bare repository as the remote. `lost` is the judge of all, and is
itself shown a pusher that is careless.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.core.facts import Moved
from bot.core.life import Step
from bot.errors import LedgerError
from bot.ledger.files import FileLedger
from bot.ledger.recall import memory_of
from bot.ledger.sync import pull, push
from tests.real.pushers import BRANCH, DAY, Machine, fresh, git, lost, machine, told

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    git("init", "--quiet", "--bare", str(tmp_path / "origin.git"))
    return tmp_path


def at_work(one: Machine, rounds: int, mode: str = "push") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.real.pushers", str(one.folder), one.name, str(rounds)]
    return subprocess.Popen([*command, mode], env=ENV, cwd=ROOT, stderr=subprocess.PIPE)


def wait(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said.decode()


def free(one: Machine) -> None:
    """Wait for the lock of a process that was killed: a child that is being born may hold it."""
    for _ in range(200):
        try:
            FileLedger.open(one.state).close()
        except LedgerError:
            time.sleep(0.05)
        else:
            return


def commits(place: Path) -> int:
    return int(git("rev-list", "--count", BRANCH, cwd=place / "origin.git"))


def facts_of(state: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (state / "facts").iterdir()}


def test_two_that_push_at_once_lose_nothing(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    wait(at_work(a, 9), at_work(b, 9))
    state = fresh(place)
    assert lost([(a, 9), (b, 9)], state) == []
    assert [*FileLedger.read(state).every()][-1].run == 18
    for one in (a, b):
        pull(one.where)
        assert facts_of(one.state) == facts_of(state)
    before = git("rev-parse", BRANCH, cwd=place / "origin.git")
    assert not push(a.where).pushed
    assert git("rev-parse", BRANCH, cwd=place / "origin.git") == before


def test_the_judge_sees_a_careless_pusher(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    wait(at_work(a, 2))
    wait(at_work(b, 2, "careless"))
    assert lost([(a, 2), (b, 2)], fresh(place)) == ["a 0", "a 1"]


def test_who_comes_first_decides_about_numbers_only(place: Path) -> None:
    stories = []
    for order in ("ab", "ba"):
        folder = place / order
        folder.mkdir()
        git("init", "--quiet", "--bare", str(folder / "origin.git"))
        both = {name: machine(folder, name) for name in order}
        for one in both.values():
            one.run(0)
        for one in both.values():
            push(one.where)
        stories.append(told(FileLedger.read(fresh(folder)).every()))
    assert stories[0] == stories[1]
    assert set(stories[0]) == {"a 0", "b 0"}


def test_compaction_races_with_a_push(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    wait(at_work(a, 7), at_work(b, 7, "compact"))
    assert lost([(a, 7), (b, 7)], fresh(place)) == []
    assert commits(place) < 14


@pytest.mark.parametrize("compact", [False, True])
def test_who_pushes_in_between_is_not_replaced(place: Path, *, compact: bool) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    a.run(0)
    push(a.where)
    b.run(0)
    rounds = [1]

    def between() -> None:
        if rounds:
            a.run(rounds.pop())
            push(a.where)

    done = push(b.where, compact=compact, days=9999, before=between)
    assert (done.attempts, done.moved) == (2, {1: 3})
    assert lost([(a, 2), (b, 1)], fresh(place)) == []


def test_a_rewritten_branch_is_filled_again(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    for at in range(3):
        a.run(at)
        push(a.where)
    origin = place / "origin.git"
    git("update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~2", cwd=origin)
    b.run(0)
    push(b.where)  # knows only what the branch was set back to
    push(a.where)
    assert lost([(a, 3), (b, 1)], fresh(place)) == []


def test_a_branch_of_something_else_is_kept_and_filled(place: Path) -> None:
    a = machine(place, "a")
    a.run(0)
    push(a.where)
    other = place / "other"
    git("init", "--quiet", str(other))
    for name in ("notes.md", "facts/notes.txt"):
        file = other / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("mine\n")
    git("add", ".", cwd=other)
    git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "x", cwd=other)
    git("push", "--quiet", "--force", "../origin.git", f"HEAD:refs/heads/{BRANCH}", cwd=other)
    push(a.where)
    assert lost([(a, 1)], fresh(place)) == []
    names = git("ls-tree", "-r", "--name-only", BRANCH, cwd=place / "origin.git").split("\n")
    assert {"notes.md", "facts/notes.txt"} < {*names}


def test_a_deleted_branch_is_made_again(place: Path) -> None:
    a = machine(place, "a")
    a.run(0)
    for name in ("outbox/f/issue.md", "STOP"):
        (a.state / name).parent.mkdir(parents=True, exist_ok=True)
        (a.state / name).write_text("mine\n")
    push(a.where)
    git("update-ref", "-d", f"refs/heads/{BRANCH}", cwd=place / "origin.git")
    a.run(1)
    assert push(a.where).pushed
    state = fresh(place)
    assert lost([(a, 2)], state) == []
    assert (state / "STOP").read_text() == (state / "outbox/f/issue.md").read_text() == "mine\n"


def test_a_branch_that_somebody_began_anew_takes_a_long_history(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    for at in range(40):
        a.run(at)
    push(a.where)
    git("update-ref", "-d", f"refs/heads/{BRANCH}", cwd=place / "origin.git")
    b.run(0)
    b.run(1)
    push(b.where)
    assert push(a.where).moved == {run: run + 2 for run in range(1, 41)}
    state = fresh(place)
    assert lost([(a, 40), (b, 2)], state) == []
    assert len(facts_of(state)) < 16
    assert {"000001-000016.fold", "000017-000032.fold"} < {*facts_of(state)}
    push(b.where)
    assert facts_of(a.state) == facts_of(b.state) == facts_of(state)


def test_a_lost_cache_comes_back_and_the_run_goes_on(place: Path) -> None:
    a = machine(place, "a")
    for at in range(3):
        a.run(at)
    push(a.where)
    before = memory_of(FileLedger.read(a.state))
    shutil.rmtree(a.state)
    assert pull(a.where).there
    after = memory_of(FileLedger.read(a.state))
    assert {*after.cells} == {*before.cells} == {"a0", "a1", "a2"}
    for key, cell in before.cells.items():
        assert after.cells[key].seen == cell.seen
        assert len(cell.seen) == 2
    assert a.run(3) == 4
    push(a.where)
    assert lost([(a, 4)], fresh(place)) == []


def test_an_interrupted_run_is_gone_on_with_elsewhere(place: Path) -> None:
    a, b = machine(place, "a"), Machine(folder=place, name="b")
    a.run(0, ends=False)
    push(a.where)
    shutil.copytree(place / "a", place / "b")  # the same story, told on in two places
    a.run(0)
    with FileLedger.open(b.state) as ledger:
        ledger.go_on()
        ledger.tell(Moved(finding="f", step=Step.APPROVE, who="b", at=DAY, why="b"), job="x")
    push(a.where)
    done = push(b.where)
    assert done.moved == {1: 2}
    runs = [fact.run for fact in FileLedger.read(fresh(place)).every()]
    assert (runs.count(1), runs.count(2)) == (7, 7)


def test_words_of_two_after_the_end_both_stand(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    a.run(0)
    push(a.where)
    pull(b.where)
    for one in (a, b):
        with FileLedger.open(one.state) as ledger:
            ledger.go_on()
            for step in (Step.APPROVE, Step.REJECT):
                moved = Moved(finding="f", step=step, who=one.name, at=DAY, why="w")
                ledger.tell(moved, job="track f life", attempt=int(step is Step.REJECT))
    for one in (a, b, a, b):
        push(one.where)
    seen = [fact for fact in FileLedger.read(fresh(place)).every() if isinstance(fact.body, Moved)]
    assert [(f.attempt, f.body.who) for f in seen if isinstance(f.body, Moved)] == [
        (0, "a"), (1, "a"), (2, "b"), (3, "b"),
    ]  # fmt: skip
    assert facts_of(a.state) == facts_of(b.state)


def test_a_killed_push_is_made_good_by_the_next(place: Path) -> None:
    a, b = machine(place, "a"), machine(place, "b")
    rounds = 10
    killed = 0
    for at in range(rounds):
        a.run(at)
        b.run(at)
        push(b.where)
        command = [sys.executable, "-c", "from bot.cli import main; main()", "state", "push"]
        process = subprocess.Popen([*command, "--state", str(a.state)], env=ENV, cwd=place / "a")
        time.sleep(0.3 + 0.08 * at)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        free(a)
    assert killed
    push(a.where)
    assert lost([(a, rounds), (b, rounds)], fresh(place)) == []
    pull(b.where)
    assert facts_of(a.state) == facts_of(b.state)


def test_the_history_of_the_branch_stays_short(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ledger.sync.HISTORY", 4)
    a = machine(place, "a")
    for at in range(6):
        a.run(at)
        push(a.where)
    assert commits(place) == 2
    git("config", "receive.denyNonFastForwards", "true", cwd=place / "origin.git")
    for at in range(6, 10):
        a.run(at)
        push(a.where)
    assert commits(place) == 6
    assert lost([(a, 10)], fresh(place)) == []
