"""Every runner keeps the contract: as finished, once each, errors last, no one left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.effects.process import clean_environment, run
from bot.runners.local import LocalRunner


@pytest.fixture(params=[1, 3])
def runner(request: pytest.FixtureRequest) -> LocalRunner:
    return LocalRunner(int(request.param))


def test_each_job_comes_back_once_with_its_own_result(runner: LocalRunner) -> None:
    assert dict(runner.run(range(20), lambda n: n * n)) == {n: n * n for n in range(20)}


def test_nothing_to_do(runner: LocalRunner) -> None:
    jobs: list[int] = []
    assert list(runner.run(jobs, lambda n: n)) == []


def test_the_quick_come_first() -> None:
    slow = threading.Event()

    def work(name: str) -> str:
        if name == "slow":
            slow.wait(10)
        return name

    done = LocalRunner(2).run(["slow", "quick"], work)
    assert next(done) == ("quick", "quick")
    slow.set()
    assert list(done) == [("slow", "slow")]


def test_jobs_are_taken_as_workers_are_free() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    done = LocalRunner(2).run(jobs(), lambda n: n)
    next(done)
    assert len(taken) <= 3
    done.close()  # type: ignore[attr-defined]
    assert len(taken) <= 3


def test_an_exception_is_raised_once_the_others_are_through(runner: LocalRunner) -> None:
    def work(n: int) -> int:
        if n == 1:
            raise KeyError("mine")
        return n

    done: list[int] = []
    with pytest.raises(KeyError):
        done.extend(job for job, _ in runner.run(range(6), work))
    assert sorted(done) == [0, 2, 3, 4, 5]


def test_a_caller_that_leaves_ends_what_runs(runner: LocalRunner, tmp_path: Path) -> None:
    def work(n: int) -> int:
        if n:
            argv = [sys.executable, "-c", "import time; time.sleep(300)"]
            run(argv, cwd=tmp_path, env=clean_environment(tmp_path), seconds=300)
        return n

    begun = time.monotonic()
    done = runner.run([0, 1, 2, 3], work)
    assert next(done) == (0, 0)
    done.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 30


INTERRUPTED = """
import sys
from pathlib import Path
from bot.effects.process import clean_environment, run
from bot.runners.local import LocalRunner

here = Path(sys.argv[1])
child = "import os, time; open(f'{os.getpid()}.pid', 'w').close(); time.sleep(300)"

def work(n):
    return run([sys.executable, "-c", child], cwd=here, env=clean_environment(here), seconds=300)

try:
    list(LocalRunner(2).run(range(9), work))
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_ctrl_c_stops_all_and_leaves_nobody(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
    with subprocess.Popen(argv, cwd=Path(__file__).parents[2]) as process:
        deadline = time.monotonic() + 30
        while len(list(tmp_path.glob("*.pid"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(2)
        assert process.wait(30) == 7
    pids = [path.stem for path in tmp_path.glob("*.pid")]
    assert len(pids) == 2
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_ctrl_c_between_a_start_and_its_note_leaves_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal may come when a job runs already and nobody has written down that it does."""
    submit = ThreadPoolExecutor.submit
    started, ended = threading.Event(), threading.Event()

    def interrupted(pool: ThreadPoolExecutor, *call: Any) -> None:  # noqa: ANN401
        submit(pool, *call)
        started.wait(10)
        raise KeyboardInterrupt

    def work(_: int) -> None:
        started.set()
        try:
            run(["sleep", "60"], cwd=tmp_path, env=clean_environment(tmp_path), seconds=90)
        finally:
            ended.set()

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(LocalRunner(2).run([1], work))
    assert ended.is_set()


def test_a_long_walk_can_ask_whether_anybody_waits_for_it() -> None:
    runner, steps = LocalRunner(2), list[int]()

    def walk(_: int) -> int:
        while not runner.stopped:
            steps.append(len(steps))
            time.sleep(0.001)
        return 0

    done = runner.run(["quick", "walk"], lambda name: 0 if name == "quick" else walk(0))
    assert next(done) == ("quick", 0)
    assert not runner.stopped
    done.close()  # type: ignore[attr-defined]
    assert runner.stopped
    again = LocalRunner(2)
    assert list(again.run([1], lambda n: n)) == [(1, 1)]
    assert not again.stopped
