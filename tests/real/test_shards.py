"""Real cells through the local runner and through eight shards: the same report, byte for byte."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.core.facts import CellDone, CellStarted
from bot.ledger.files import FileLedger
from tests.mini.broad import CELLS, COMMAND, FEW, Desk, broad
from tests.mini.world import World

SHARDS = 8
SLURM = Path(__file__).parents[2] / "workflows" / "shards.slurm.sh"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return broad(tmp_path_factory.mktemp("broad"))


@pytest.fixture(scope="module")
def right(world: World) -> str:
    """What the local runner comes to."""
    desk = Desk(world=world, name="local")
    desk.run("run")
    return desk.canonical()


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> World:
    return broad(tmp_path_factory.mktemp("few"), FEW)


def done(state: Path) -> list[str]:
    """Return the cell of every attempt that came to its end."""
    facts = FileLedger.read(state).facts()
    return sorted(fact.body.cell for fact in facts if isinstance(fact.body, CellDone))


def test_eight_shards_merged_in_any_order_say_what_one_machine_says(
    world: World, right: str
) -> None:
    desk = Desk(world=world, name="planner")
    desk.run("watch")
    told = json.loads(desk.run("plan", "--shards", str(SHARDS), "--json"))
    include = told["include"]
    assert len(include) == SHARDS
    assert sum(entry["cells"] for entry in include) == CELLS
    assert max(e["cells"] for e in include) - min(e["cells"] for e in include) <= 1
    for entry in include:  # another folder, as on another machine: the job files are all it has
        worker = world.root / f"worker-{entry['shard']}"
        shutil.copytree(desk.folder / "jobs", worker / "jobs")
        argv = [*desk.argv("execute", "--shard", str(entry["shard"])), "--config", "not-here.yaml"]
        subprocess.run(argv, cwd=worker, check=True)
        assert not (worker / ".stackmatrix").exists()
        assert {path.name for path in (worker / "bundles").rglob("*.lock")} == set()
        assert left_alive_below(worker) == []
    places = [str(world.root / f"worker-{entry['shard']}" / "bundles") for entry in include]
    random.Random(SHARDS).shuffle(places)
    desk.run("merge", *places[:5])
    desk.run("merge", *places[3:], places[0])  # the rest late, some twice
    assert len(done(desk.folder / ".stackmatrix")) == len(set(done(desk.folder / ".stackmatrix")))
    before = FileLedger.read(desk.folder / ".stackmatrix").facts()
    desk.run("merge", *places)
    assert FileLedger.read(desk.folder / ".stackmatrix").facts() == before
    desk.finish()
    assert desk.canonical() == right
    assert "regressed" in right


def left_alive_below(folder: Path) -> list[str]:
    """Return the commands of processes that still work inside `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve().is_relative_to(folder):
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_a_slurm_array_is_plain_processes_on_one_folder(few: World) -> None:
    """All at once on one shared folder, as `sbatch --array` starts them, one of them twice."""
    calm = Desk(world=few, name="local")
    calm.run("run")
    desk = Desk(world=few, name="slurm")
    desk.run("watch")
    desk.run("plan", "--shards", "4")
    command = desk.folder / "bin" / "stackmatrix"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    tasks = [
        subprocess.Popen(
            ["sh", str(SLURM)],
            cwd=desk.folder,
            env={**os.environ, "PATH": path, "SLURM_ARRAY_TASK_ID": f"{task}"},
        )
        for task in range(1, 5)
    ]
    assert [task.wait() for task in tasks] == [0] * 4
    requeued = {"SLURM_ARRAY_TASK_ID": "2", "SLURM_RESTART_COUNT": "1"}
    again = {**os.environ, "PATH": path, **requeued}
    subprocess.run(["sh", str(SLURM)], cwd=desk.folder, env=again, check=True)
    written = {path.name for path in desk.folder.iterdir()}
    assert written == {".stackmatrix", "bin", "bundles", "jobs"}
    desk.run("merge", "bundles")
    desk.finish()
    assert desk.canonical() == calm.canonical()


def test_a_shard_that_was_killed_goes_on_where_it_was(few: World) -> None:
    desk = Desk(world=few, name="killed")
    desk.run("watch")
    desk.run("plan", "--shards", "1")
    facts = desk.folder / "bundles" / "shard-001" / "facts.ndjson"
    with subprocess.Popen(desk.argv("execute", "--shard", "1"), cwd=desk.folder) as shard:
        while not facts.exists() or facts.read_text().count('"CellDone"') < 3:
            assert shard.poll() is None
        shard.kill()
    assert left_alive_below(desk.folder) == []
    finished = {line for line in facts.read_text().splitlines() if '"CellDone"' in line}
    assert json.loads(desk.run("execute", "--shard", "1", "--json", "--workers", "2"))
    again = facts.read_text().splitlines()
    assert finished <= set(again)
    assert sum('"CellDone"' in line for line in again) == FEW
    desk.run("merge", "bundles")
    ledger = FileLedger.read(desk.folder / ".stackmatrix").facts()
    begun = [fact for fact in ledger if isinstance(fact.body, CellStarted)]
    twice = {fact.job for fact in begun if fact.attempt == 1}
    assert 1 <= len(twice) <= 2, "only what was in flight is done again"
    workers = {f.body.worker for f in begun if isinstance(f.body, CellStarted) and f.job in twice}
    assert len(workers) == 2, "and another process did it"
