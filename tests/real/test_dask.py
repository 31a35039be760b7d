"""Real cells on a real cluster, one worker of it killed: the report is that of one machine."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.facts import CellDone, CellStarted, Fact
from bot.ledger.files import FileLedger
from tests.mini.broad import ENDED, FEW, Desk, broad
from tests.mini.world import World
from tests.real.cluster import Cluster, cluster

WORKERS = 3
PATIENCE_SECONDS = 300


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return broad(tmp_path_factory.mktemp("broad"))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> World:
    return broad(tmp_path_factory.mktemp("few"), FEW)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path, WORKERS) as started:
        yield started


def facts(desk: Desk) -> tuple[Fact, ...]:
    """Read what the ledger of a run shows now, while it runs."""
    state = desk.folder / ".stackmatrix"
    return FileLedger.read(state).facts() if state.exists() else ()


def running(desk: Desk) -> list[Fact]:
    """Return the attempts that began and have not ended, as the ledger shows them."""
    told = facts(desk)
    done = {(f.job, f.attempt) for f in told if isinstance(f.body, CellDone)}
    begun = [f for f in told if isinstance(f.body, CellStarted)]
    return [one for one in begun if (one.job, one.attempt) not in done]


def finished(desk: Desk) -> int:
    return sum(isinstance(one.body, CellDone) for one in facts(desk))


def pid_of(fact: Fact) -> int:
    assert isinstance(fact.body, CellStarted)
    return int(fact.body.worker.rpartition(" process ")[2])


def test_a_worker_killed_while_its_cell_runs_changes_nothing(world: World, here: Cluster) -> None:
    calm = Desk(world=world, name="local")
    calm.run("run")
    desk = Desk(world=world, name="dask")
    desk.folder.mkdir()
    argv = desk.argv("run", "--cluster", here.address)
    with subprocess.Popen(argv, cwd=desk.folder) as bot:
        end = time.monotonic() + PATIENCE_SECONDS
        while finished(desk) < 2 or not running(desk):
            assert bot.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        lost = running(desk)[0]
        here.workers[pid_of(lost)].send_signal(signal.SIGKILL)
        code = bot.wait()
    assert code in ENDED
    assert desk.canonical() == calm.canonical()
    attempts = {
        fact.attempt: fact.body.worker
        for fact in facts(desk)
        if fact.job == lost.job and isinstance(fact.body, CellStarted)
    }
    assert set(attempts) == {0, 1}
    assert attempts[0] != attempts[1]
    ends = [(f.job, f.attempt) for f in facts(desk) if isinstance(f.body, CellDone)]
    assert (lost.job, 1) in ends
    assert len(ends) == len({job for job, _ in ends}), "no cell was done twice"
    assert left_below(here) == []


def left_below(here: Cluster) -> list[int]:
    """Return the processes of cells that outlived the worker that was killed."""
    dead = [pid for pid, process in here.workers.items() if process.poll() is not None]
    assert len(dead) == 1
    return [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if entry.joinpath("stat").exists() and _parent(entry) in dead
    ]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def test_ctrl_c_stops_the_cells_on_the_workers_and_a_second_run_goes_on(
    few: World, here: Cluster
) -> None:
    desk = Desk(world=few, name="stopped")
    desk.folder.mkdir()
    with subprocess.Popen(desk.argv("run", "--cluster", here.address), cwd=desk.folder) as bot:
        end = time.monotonic() + PATIENCE_SECONDS
        while finished(desk) < 1 or not running(desk):
            assert bot.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        bot.send_signal(signal.SIGINT)
        assert bot.wait() == 130
    before = finished(desk)
    assert all(process.poll() is None for process in here.workers.values())
    desk.run("execute")
    ends = [f.job for f in facts(desk) if isinstance(f.body, CellDone)]
    assert len(ends) == len(set(ends)) > before


def test_nobody_answers_is_said_at_once(few: World) -> None:
    desk = Desk(world=few, name="nobody")
    desk.folder.mkdir()
    argv = desk.argv("run", "--cluster", "tcp://127.0.0.1:9")
    ran = subprocess.run(argv, cwd=desk.folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 5
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in ran.stderr
    assert "Traceback" not in ran.stderr
