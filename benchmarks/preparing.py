"""Preparing an environment in a container: after an earlier lock, and alone, for 12 locks.

    python benchmarks/preparing.py [ROUNDS [LOCKS]]

One or two distributions of a stack move from lock to lock (`benchmarks/environments.py`). All
wheels are in uv's cache before anything is measured, and no index is asked. `alone` prepares
each lock in an empty folder; `after` prepares it where those before it were prepared. They take
turns, lock by lock; the first lock of `after` has nothing before it and is told apart.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from environments import LIMITS, locks

from bot.core.matrix import Matrix
from bot.core.model import Closure, Failure
from bot.environments import certificates
from bot.envs.docker import DockerEnv

PYTHON = "3.11"


def prepared(env: DockerEnv, lock: Closure) -> float:
    """Return the seconds that opening a room for `lock` takes."""
    began = time.perf_counter()
    with env.open(lock, interpreter=PYTHON, limits=LIMITS, fresh=False) as room:
        if isinstance(room, Failure):
            sys.exit(room.message)
        return time.perf_counter() - began


def held(folder: Path) -> int:
    """Return the megabytes that a folder holds, each file counted once."""
    walked = (Path(place, name).lstat() for place, _, names in os.walk(folder) for name in names)
    return sum({each.st_ino: each.st_size for each in walked}.values()) // 10**6


def main(rounds: int, many: int) -> None:
    """Print a row for each round."""
    every = locks()[:many]
    bundle = certificates(Matrix(title="", file="", index="", components={}, rows=()))
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        place = Path(scratch)
        cache = place / "cache"
        for lock in every:
            prepared(DockerEnv(root=place / "warm", cache=cache, certificates=bundle), lock)
        print(f"{len(every)} locks of {len(every[0].pins)} distributions; seconds, megabytes")
        print(
            "round  alone, median  first  after, median  ratio  alone, MB each  after, MB for all"
        )
        for number in range(1, rounds + 1):
            alone: list[float] = []
            after: list[float] = []
            for at, lock in enumerate(every):
                apart = place / f"{number}-{at}"
                alone.append(prepared(DockerEnv(root=apart, cache=cache, offline=True), lock))
                if at:  # the size of one is told
                    shutil.rmtree(apart)
                together = DockerEnv(root=place / f"{number}", cache=cache, offline=True)
                after.append(prepared(together, lock))
            usual, later = median(alone), median(after[1:])
            sizes = held(place / f"{number}-0"), held(place / f"{number}")
            print(
                f"{number:5}  {usual:13.2f}  {after[0]:5.2f}  {later:13.2f}  {later / usual:5.2f}"
                f"  {sizes[0]:14}  {sizes[1]:17}",
                flush=True,
            )


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(2, 12)[len(given) :])
