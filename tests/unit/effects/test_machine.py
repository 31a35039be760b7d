"""How much this machine carries, and who goes first on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.matrix import Allowance
from bot.effects.machine import GENTLE, at_once, be_gentle, worker
from bot.effects.process import clean_environment, run

GIB = 1024**3


@pytest.mark.parametrize(
    ("free", "wanted", "memory", "told"),
    [(64, 9, 4, 3), (8, 9, 4, 2), (3, 9, 4, 1), (64, 2, 4, 2), (0, 9, 4, 3), (64, 0, 4, 1)],
)
def test_cells_at_once_are_bounded_by_cores_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, wanted: int, memory: int, told: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    file = tmp_path / "meminfo"
    if free:
        file.write_text(f"MemTotal: 99 kB\nMemAvailable:   {free * GIB // 1024} kB\n")
    allowance = Allowance(workers=wanted, memory_bytes=memory * GIB)
    assert at_once(allowance, file) == told


def test_a_worker_is_named_by_its_process() -> None:
    assert worker().endswith(f" process {os.getpid()}")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no niceness on Windows")
def test_what_is_started_gives_way(tmp_path: Path) -> None:
    code = "import os, time; time.sleep(0.2); print(os.nice(0))"
    argv = [sys.executable, "-c", code]
    ran = run(argv, cwd=tmp_path, env=clean_environment(tmp_path), seconds=30)
    assert int(ran.output) == min(19, os.nice(0) + GENTLE)


def test_who_has_ended_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    be_gentle(process.pid)
