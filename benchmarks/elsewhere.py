"""The same cells on this machine, in eight shards, and on a cluster that loses a worker.

    python -m benchmarks.elsewhere [--cells 300] > benchmarks/elsewhere.md

Each cell is real: an environment of its own, installed, asked, held against the baseline; the
newest release of one of two packages drifts. `local` is `stackmatrix run`. `shards` plans eight
job files, executes each in a folder of its own as on eight machines, and merges their bundles in
shuffled order, two of them late and one twice. `dask` is a scheduler and three workers in
processes of their own, one of which is killed by SIGKILL while the ledger shows its cell running;
that cell's second attempt must name another worker. What is told is the wall time of each, and the
digest of the canonical export: the three must be equal.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.core.facts import CellDone, CellStarted, Fact
from bot.ledger.files import FileLedger
from tests.mini.broad import ENDED, Desk, broad
from tests.mini.world import World
from tests.real.cluster import cluster

SHARDS, WORKERS = 8, 3
WARM = 3  # cells that are done before a worker is killed


def facts(desk: Desk) -> tuple[Fact, ...]:
    """Return what the ledger of a desk shows now."""
    state = desk.folder / ".stackmatrix"
    return FileLedger.read(state).facts() if state.exists() else ()


def local(desk: Desk) -> str:
    """Run the matrix on this machine."""
    desk.run("run")
    return "one process, two cells at a time"


def shards(desk: Desk) -> str:
    """Run it in shards, one after the other, each of which has a job file and nothing else."""
    desk.run("watch")
    told = json.loads(desk.run("plan", "--shards", str(SHARDS), "--json"))["include"]
    places: list[str] = []
    for entry in told:
        worker = desk.folder / f"worker-{entry['shard']}"
        shutil.copytree(desk.folder / "jobs", worker / "jobs")
        argv = [*desk.argv("execute", "--shard", str(entry["shard"])), "--config", "not-here.yaml"]
        subprocess.run(argv, cwd=worker, check=True)
        places.append(str(worker / "bundles"))
    random.Random(SHARDS).shuffle(places)  # noqa: S311 - an order, and always the same
    desk.run("merge", *places[:6])
    desk.run("merge", *places[6:], places[0])
    desk.finish()
    return f"{len(told)} shards, one after the other, merged as {_order(places)}, the first twice"


def _order(places: list[str]) -> str:
    return ", ".join(Path(place).parent.name.rpartition("-")[2] for place in places)


def dask(desk: Desk) -> str:
    """Run it on a cluster, and kill a worker while one of its cells runs."""
    desk.folder.mkdir()
    with cluster(desk.folder, WORKERS) as here:
        argv = desk.argv("run", "--cluster", here.address)
        with subprocess.Popen(argv, cwd=desk.folder) as bot:
            lost = _kill_one(desk, {pid: each.send_signal for pid, each in here.workers.items()})
            if bot.wait() not in ENDED:
                raise SystemExit("the run on the cluster did not end well")
    began = [f.body for f in facts(desk) if isinstance(f.body, CellStarted) and f.job == lost.job]
    first, second = (body.worker.rpartition(" process ")[2] for body in began)
    if first == second:
        raise SystemExit(f"the second attempt ran on the worker that was killed, {first}")
    return f"{WORKERS} workers, one killed: its cell began on process {first}, then on {second}"


def _kill_one(desk: Desk, workers: dict[int, Callable[[int], None]]) -> Fact:
    while True:
        told = facts(desk)
        done = {(f.job, f.attempt) for f in told if isinstance(f.body, CellDone)}
        begun = [f for f in told if isinstance(f.body, CellStarted)]
        running = [f for f in begun if (f.job, f.attempt) not in done]
        if len(done) >= WARM and running and isinstance(running[0].body, CellStarted):
            workers[int(running[0].body.worker.rpartition(" process ")[2])](signal.SIGKILL)
            return running[0]
        time.sleep(0.05)


WAYS: dict[str, Callable[[Desk], str]] = {"local": local, "shards": shards, "dask": dask}


def measured(world: World, name: str) -> tuple[float, int, str, str]:
    """Return seconds, cells that came to their end, the digest of the export, and how it was."""
    desk = Desk(world=world, name=name)
    begun = time.monotonic()
    how = WAYS[name](desk)
    seconds = time.monotonic() - begun
    done = {f.job for f in facts(desk) if isinstance(f.body, CellDone)}
    return seconds, len(done), hashlib.sha256(desk.canonical().encode()).hexdigest(), how


def main() -> None:
    """Run all three, and print a table in Markdown; exit code 1 where they differ."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=300)
    cells = parser.parse_args().cells
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        world = broad(Path(folder), cells)
        rows = {name: measured(world, name) for name in WAYS}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    where = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"
    when = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {where}"
    command = f"python -m benchmarks.elsewhere --cells {cells}"
    print(f"# {cells} real cells, three ways\n\n`{command}`, {when}, ", end="")
    print(f"Python {platform.python_version()}.\n")
    print(
        "| | cells done | seconds | sha256 of the canonical export | how |\n|---|---|---|---|---|"
    )
    for name, (seconds, done, export, how) in rows.items():
        print(f"| {name} | {done} | {seconds:.0f} | `{export[:16]}` | {how} |")
    raise SystemExit(len({export for _, _, export, _ in rows.values()}) != 1)


if __name__ == "__main__":
    main()
