"""The machine here: its name, how much it can carry, how to stay out of its user's way."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from bot.core.matrix import Allowance

GENTLE = 5  # added to the niceness of what a cell runs: whoever works here goes first
_MEMORY = Path("/proc/meminfo")


def worker() -> str:
    """Return who runs cells here: a host, and a process there."""
    return f"{platform.node() or 'here'} process {os.getpid()}"


def at_once(allowance: Allowance, memory: Path = _MEMORY) -> int:
    """Return how many cells run at once: what was allowed, within the cores and the memory.

    Every cell may take its whole allowance of memory; where nobody can tell how much is free,
    only the cores count. One always runs.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    bounds = [allowance.workers, cores or 1]
    free = _free(memory)
    if free and allowance.memory_bytes:
        bounds.append(free // allowance.memory_bytes)
    return max(1, min(bounds))


def _free(memory: Path) -> int:
    """Return the bytes that new programs can have; 0 where nobody tells."""
    try:
        told = memory.read_text(encoding="ascii")
    except OSError:
        return 0
    lines = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    return int(lines.get("MemAvailable", "0 kB").split()[0]) * 1024


def be_gentle(pid: int) -> None:
    """Let a process that was just started, and all it starts, give way to everything else."""
    try:
        nice = os.getpriority(os.PRIO_PROCESS, os.getpid()) + GENTLE
        os.setpriority(os.PRIO_PROCESS, pid, min(19, nice))
    except (OSError, AttributeError):  # it has ended already, or nothing like it is known here
        return
