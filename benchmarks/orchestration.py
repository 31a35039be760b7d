"""What the runner and the ledger cost a cell that does nothing, against a bare subprocess.

    python -m benchmarks.orchestration [--cells 300] [--rounds 5] > benchmarks/orchestration.md

A no-op cell is one process that ends at once. `bare` starts them one after the other with
`subprocess.run`. `runner` gives them to the local runner, one at a time, through the door by which
cells are started (a session of its own, its log kept, everything it started ended with it).
`runner and ledger` tells the ledger besides that the cell began and that it is done, durably, as a
run does. Rounds of the three alternate; what is told is the median of the rounds, CPU seconds of
this process and its children, and wall time.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from bot.core.facts import CellDone, CellStarted, RunStarted
from bot.effects.orphans import taken_in
from bot.effects.process import clean_environment, run
from bot.ledger.files import FileLedger
from bot.runners.local import LocalRunner

NOTHING = ("/bin/true",)


def bare(cells: int, folder: Path) -> None:
    """Start them one after the other."""
    env = clean_environment(folder)
    for _ in range(cells):
        subprocess.run(NOTHING, cwd=folder, env=env, check=True, capture_output=True)


def runner(cells: int, folder: Path) -> None:
    """Start them through the local runner and the door for processes."""
    env = clean_environment(folder)
    for _ in LocalRunner(1).run(
        range(cells), lambda _: run(NOTHING, cwd=folder, env=env, seconds=60)
    ):
        pass


def whole(cells: int, folder: Path) -> None:
    """As `runner`, and the ledger hears of each cell when it begins and when it is done."""
    env = clean_environment(folder)
    place = Path(tempfile.mkdtemp(dir=folder))
    with FileLedger.open(place) as ledger:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        ledger.begin(RunStarted(at=now, bot="0", config="c", suite="s"))

        def one(number: int) -> None:
            cell = f"{number:064}"
            ledger.tell(CellStarted(cell=cell, worker="here process 1"), job=cell)
            run(NOTHING, cwd=folder, env=env, seconds=60)
            ledger.tell(CellDone(cell=cell, environment="uv", seconds=0), job=cell)

        for _ in LocalRunner(1).run(range(cells), one):
            pass


WAYS: dict[str, Callable[[int, Path], None]] = {
    "bare": bare,
    "runner": runner,
    "runner and ledger": whole,
}


def spent() -> tuple[float, float]:
    """Return user and system seconds of this process and of its children that ended."""
    ours, theirs = (getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    return ours.ru_utime + theirs.ru_utime, ours.ru_stime + theirs.ru_stime


def measured(way: Callable[[int, Path], None], cells: int, folder: Path) -> tuple[float, ...]:
    """Return user, system, CPU and wall milliseconds for each cell."""
    before, begun = spent(), time.monotonic()
    way(cells, folder)
    after, ended = spent(), time.monotonic()
    user, system = (late - early for late, early in zip(after, before, strict=True))
    return tuple(1000 * each / cells for each in (user, system, user + system, ended - begun))


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    seen: dict[str, list[tuple[float, ...]]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as place, taken_in():  # as the command line does
        folder = Path(place)
        for name in ("home", "tmp"):
            (folder / name).mkdir()
        for _ in range(asked.rounds):
            for name, way in WAYS.items():
                seen[name].append(measured(way, asked.cells, folder))
    load = os.getloadavg()[0]
    print(f"# Orchestration of a cell that does nothing\n\n`{_command(asked)}`, ", end="")
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.0f}, ", end="")
    print(f"Python {platform.python_version()}: ms for each cell, medians of {asked.rounds}.\n")
    print(
        "| | user | system | CPU | wall | CPU ÷ bare | wall ÷ bare |\n|---|---|---|---|---|---|---|"
    )
    base = [statistics.median(at) for at in zip(*seen["bare"], strict=True)]
    for name, rounds in seen.items():
        told = [statistics.median(at) for at in zip(*rounds, strict=True)]
        ratios = f"{told[2] / base[2]:.2f} | {told[3] / base[3]:.2f}"
        print(f"| {name} | {' | '.join(f'{each:.2f}' for each in told)} | {ratios} |")


def _command(asked: argparse.Namespace) -> str:
    return f"python -m benchmarks.orchestration --cells {asked.cells} --rounds {asked.rounds}"


if __name__ == "__main__":
    main()
