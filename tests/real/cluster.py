"""A Dask cluster of separate processes: one scheduler, and workers that can be killed alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCHEDULER = (sys.executable, "-m", "distributed.cli.dask_scheduler")
WORKER = (sys.executable, "-m", "distributed.cli.dask_worker")
PATIENCE_SECONDS = 120


@dataclass(slots=True)
class Cluster:
    """Where the scheduler listens, and the process of each worker by its pid."""

    address: str
    workers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)


@contextmanager
def cluster(folder: Path, workers: int, resources: str = "cpu=1") -> Iterator[Cluster]:
    """Start a cluster in `folder`; it is gone when the block is left."""
    told = folder / "scheduler.json"
    head = [*SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with _logged([*head, "--scheduler-file", str(told)], folder, "scheduler") as scheduler:
        end = time.monotonic() + PATIENCE_SECONDS
        while not told.exists():
            assert scheduler.poll() is None, (folder / "scheduler.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        here = Cluster(address=_address(told))
        try:
            for number in range(workers):
                argv = [*WORKER, here.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
                argv += ["--resources", resources, "--local-directory", str(folder / "scratch")]
                process = _start(argv, folder, f"worker-{number}")
                here.workers[process.pid] = process
            yield here
        finally:
            for process in here.workers.values():
                process.kill()
                process.wait()


def _address(told: Path) -> str:
    import json  # noqa: PLC0415 - beside its only use

    for _ in range(100):
        try:
            return str(json.loads(told.read_text())["address"])
        except (ValueError, KeyError):
            time.sleep(0.1)
    raise AssertionError(told.read_text())


def _start(argv: list[str], folder: Path, name: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(argv, cwd=folder, stdout=log, stderr=subprocess.STDOUT)


@contextmanager
def _logged(argv: list[str], folder: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    process = _start(argv, folder, name)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
