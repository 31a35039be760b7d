"""An environment and its first import: ours against what a person would type, for 12 locks.

    python benchmarks/environments.py [ROUNDS [LOCKS]] > benchmarks/environments.md

One or two distributions of a stack move from lock to lock, as in a search. Both sides have
the same wheels in uv's cache, unpacked; neither side has an index to ask. Each side makes an
environment for the lock and imports the stack in a new process; they take turns, lock by lock.

* `uv`: `uv venv`, `uv pip sync --offline`, and the import, whose bytecode is in no cache: the
  environment is new, and uv compiles nothing.
* `shelf`: what `explain` searches with. Its shelf is empty before the first lock; it keeps
  each wheel, and the bytecode that its first import made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bot.core.model import Closure, Failure, Pin, Requirements
from bot.effects.uv import Uv
from bot.envs.shelf import ShelfEnv
from bot.envs.uv import UvEnv
from bot.ports import Env, Limits, Ran
from bot.solvers.uv import UvSolver

PYTHON = f"3.{sys.version_info.minor}"
DAY = datetime(2026, 11, 20, tzinfo=UTC)
STACK = ("openai", "anthropic", "tokenizers", "jinja2")
MOVES = ("jinja2", ("3.1.2", "3.1.3", "3.1.4", "3.1.5"), "markupsafe", ("2.1.5", "3.0.2", "3.0.3"))
IMPORT = "import openai, anthropic, tokenizers, jinja2"
LIMITS = Limits()


def locks() -> list[Closure]:
    """Return 12 closures that differ from each other in a package or two."""
    first, olds, second, others = MOVES
    base = UvSolver().close(Requirements(pins=STACK, cutoff=DAY, interpreter=PYTHON))
    if not isinstance(base, Closure):
        raise TypeError(base.why)
    return [
        Closure(pins=tuple(_moved(pin, {first: one, second: two}) for pin in base.pins))
        for one in olds
        for two in others
    ]


def _moved(pin: Pin, versions: dict[str, str]) -> Pin:
    return Pin(name=pin.name, version=versions.get(pin.name, pin.version))


def spent(work: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds of all processors, and of the wall, that `work` and its children took."""
    before, began = os.times(), time.perf_counter()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), time.perf_counter() - began


def imported(python: Path) -> None:
    """Import the stack in a new process, which keeps its bytecode where it may."""
    mine = {name: told for name, told in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([str(python), "-s", "-c", IMPORT], check=True, env=mine)


def _good(ran: Ran) -> None:
    if ran.returncode != 0:
        raise RuntimeError(ran.output)


def by_hand(lock: Closure, place: Path) -> None:
    """Do what a person would type."""
    uv = Uv(offline=True)
    (place / "pins.txt").write_text("\n".join(map(str, lock.pins)) + "\n")
    _good(uv.run("venv", "env", "--python", sys.executable, "--no-project", cwd=place, seconds=60))
    flags = ("--python", "env/bin/python", "--no-build")
    _good(uv.run("pip", "sync", "pins.txt", *flags, cwd=place, seconds=600))
    imported(place / "env" / "bin" / "python")


def opened(env: Env, lock: Closure) -> None:
    """Open a room and import there."""
    with env.open(lock, interpreter=PYTHON, limits=LIMITS, fresh=False) as room:
        if isinstance(room, Failure):
            raise TypeError(room.message)
        imported(room.python)


@contextmanager
def folder():  # type: ignore[no-untyped-def]  # noqa: ANN201 - a context manager of a path
    """Yield a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        yield Path(place)


def measured(every: list[Closure]) -> dict[str, list[tuple[float, float]]]:
    """Return (processor, wall) seconds of each lock for each side; they take turns."""
    found: dict[str, list[tuple[float, float]]] = {"uv": [], "shelf": []}
    with folder() as shelf:
        quick = ShelfEnv(root=shelf, behind=UvEnv(root=shelf, offline=True), offline=True)
        for lock in every:
            with folder() as place:
                found["uv"].append(spent(lambda lock=lock, place=place: by_hand(lock, place)))  # type: ignore[misc]
            found["shelf"].append(spent(lambda lock=lock: opened(quick, lock)))  # type: ignore[misc]
    return found


def main(rounds: int, many: int) -> None:
    """Print the table."""
    every = locks()[:many]
    with folder() as warm:  # every wheel is in uv's cache before anything is measured
        for lock in every:
            with UvEnv(root=warm).open(lock, interpreter=PYTHON, limits=LIMITS, fresh=True) as room:
                if isinstance(room, Failure):
                    raise TypeError(room.message)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    today = datetime.now(tz=UTC).date()
    print("# An environment and its first import\n")
    command = f"python benchmarks/environments.py {rounds} {many}"
    print(f"`{command}`, {today}, commit {commit}, 2 shared cores.")
    print(
        f"{len(every)} locks of {len(every[0].pins)} distributions, `{IMPORT}`; seconds for all.\n"
    )
    print("\n".join(line.rstrip() for line in (__doc__ or "").splitlines()[4:]))
    print("\n| round | side | processor | wall | ÷ uv, processor | ÷ uv, wall | median lock |")
    print("|---|---|---|---|---|---|---|")
    for number in range(1, rounds + 1):
        found = measured(every)
        base = [sum(column) for column in zip(*found["uv"], strict=True)]
        for side, times in found.items():
            cpu, wall = (sum(column) for column in zip(*times, strict=True))
            typical = median(one[0] for one in times) / median(one[0] for one in found["uv"])
            print(
                f"| {number} | `{side}` | {cpu:.1f} | {wall:.1f} | {cpu / base[0]:.2f} "
                f"| {wall / base[1]:.2f} | {typical:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(3, 12)[len(given) :])
