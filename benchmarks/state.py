"""Ten thousand runs of history: what they weigh, and what reading, pulling and pushing them takes.

    python -m benchmarks.state [--runs N] [--news SHARE] [--times N] [--folder DIR]

The runs are made up after real ones of this repository's matrix (see state.md): each plans the
same seventeen cells and resolves five of them anew, and a share of them brings releases, with two
new cells of 300 answers each, of which one in ten is another than before. Folds are made as
`stackmatrix state push` makes them.
Everything is measured twice in one process, with all runs and with the first alone; what is told
is seconds, their ratio, and bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.core.facts import (
    Body,
    CellDone,
    CellStarted,
    Closed,
    Fact,
    Observed,
    Planned,
    ReleaseSeen,
    RunEnded,
    RunStarted,
)
from bot.core.lives import lives
from bot.core.model import Cell, Closure, Link, Observation, Pin, Release
from bot.ledger.blobs import Blobs
from bot.ledger.codec import encode
from bot.ledger.files import FileLedger
from bot.ledger.fold import Folding, line_of
from bot.ledger.folding import WIDTHS, fold_old
from bot.ledger.recall import memory_of
from bot.ledger.runs import content, fold_name, segment_name
from bot.ledger.sync import Where, pull, push

DAY = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = range(0, 17, 4)  # all newest of each row, which is resolved anew day by day
CELLS, PROBES, PINS, HASHES = 17, 150, 14, 11
BRANCH = "stackmatrix-state"


def digest(*words: object) -> str:
    """Return a name of 64 digits."""
    return hashlib.sha256(repr(words).encode()).hexdigest()


def cell_of(at: int, release: int) -> Cell:
    """Return the cell of a slot with a release of what it follows."""
    pins = tuple(
        Pin(
            name=f"package-{n}",
            version=str(release if n == 0 else 1),
            hashes=tuple(
                f"sha256:{digest(at if n else 0, n, h, release * (n == 0))}" for h in range(HASHES)
            ),
        )
        for n in range(PINS)
    )
    return Cell(
        row=f"row-{at // 4}",
        components=((f"package-{at}", str(release)),),
        closure=Closure(pins=pins),
        backend="cpu",
        model="tiny",
        interpreter="3.11",
    )


class World:
    """Runs as they follow each other."""

    def __init__(self, news: float, blobs: Blobs) -> None:
        """Begin with the first release of everything."""
        self.draw, self.news, self.blobs = Random(7), news, blobs  # noqa: S311 - drawn, not secret
        self.releases = [0] * CELLS
        self.cells = [cell_of(at, 0) for at in range(CELLS)]
        self.plans = [""] * CELLS
        self.answers = [
            {"content": f"answer {digest(n)} " * 8, "ids": [*range(n, n + 80)]}
            for n in range(PROBES)
        ]

    def lines(self, run: int) -> list[str]:
        """Return the segment of the next run."""
        begun = RunStarted(at=DAY + timedelta(days=run), bot="b", config="c" * 64, suite="s" * 64)
        fresh = range(CELLS) if run == 1 else self._fresh()
        for at in fresh:
            self.releases[at] += 1
            self.cells[at] = cell_of(at, self.releases[at])
            against = self.cells[0].key if at else ""
            planned = Planned(
                row=f"row-{at // 4}", trigger=str(at), cell=self.cells[at], against=against
            )
            self.plans[at] = body_of(planned)
        jobs = (f'"plan row-{at // 4} {at}"' for at in range(CELLS))
        plans = [line_of(run, job, 0, body) for job, body in zip(jobs, self.plans, strict=True)]
        closed = [each for at in {*fresh, *ASKED} for each in self._closed(run, at, fresh)]
        shown = [each for at in fresh for each in self._shown(run, self.cells[at])]
        word = ("row-1", "5", "cpu", "regressed")
        ended = RunEnded(newly_broken=0, words=(word,) if run % 50 in range(5) else ())
        return [line(run, "run", begun), *closed, *plans, *shown, line(run, "run", ended)]

    def _closed(self, run: int, at: int, fresh: Iterable[int]) -> Iterator[str]:
        cell, when = self.cells[at], DAY + timedelta(days=run)
        if at in fresh:
            for n in range(4):
                told = Release(
                    component=f"package-{at}",
                    version=f"{self.releases[at]}.{n}",
                    uploaded=when,
                    origin="pypi",
                    digests=tuple(digest(run, at, n, h) for h in range(12)),
                )
                yield line(run, f"watch package-{at}=={told.version}", ReleaseSeen(release=told))
        key = digest("question", at, self.releases[at])
        answer = Closed(key=key, asked=("a", "b"), answer=cell.closure, at=when)
        yield line(run, f"close {key}", answer)

    def _fresh(self) -> list[int]:
        return self.draw.sample(range(CELLS), 2) if self.draw.random() < self.news else []

    def _shown(self, run: int, cell: Cell) -> Iterator[str]:
        log = self.blobs.keep("".join(f"{run} {n} {digest(n)}\n" for n in range(200)).encode())
        yield line(run, cell.key, CellStarted(cell=cell.key, worker="a machine 1"))
        for sequence in "ab":
            for n in self.draw.sample(range(PROBES), PROBES):
                if self.draw.random() < 0.1:  # noqa: PLR2004 - one in ten
                    self.answers[n] = {**self.answers[n], "content": f"answer {run} {n} " * 60}
                seen = ((Link.MESSAGE, self.answers[n]), (Link.USAGE, {"total": n}))
                told = Observation(
                    probe=f"probe {n}",
                    seen=seen,  # type: ignore[arg-type]
                    log=log,
                    seconds=round(self.draw.random() / 9, 6),
                )
                body = Observed(
                    cell=cell.key, probe=digest("probe", n), sequence=sequence, observation=told
                )
                yield line(run, cell.key, body)
        yield line(run, cell.key, CellDone(cell=cell.key, environment="uv", seconds=9.5))


def body_of(body: Body) -> str:
    """Return a body as a line has it."""
    whole = encode(Fact(run=0, job="", attempt=0, body=body))
    return whole[whole.index('"body":') + len('"body":') : -1]


def line(run: int, job: str, body: Body) -> str:
    """Return one line."""
    return line_of(run, json.dumps(job), 0, body_of(body))


def made(state: Path, runs: int, news: float) -> int:
    """Make a state folder of so many runs; returns the bytes that their segments would have."""
    folder = state / "facts"
    folder.mkdir(parents=True)
    world = World(news, Blobs(state / "blobs", synced=False))
    wide, raw = (runs - 1) // WIDTHS[0] * WIDTHS[0], 0
    folding = Folding()
    for run in range(1, runs + 1):
        lines = world.lines(run)
        raw += sum(map(len, lines)) + len(lines)
        if run > wide:
            (folder / segment_name(run)).write_bytes(content(lines))
            continue
        folding.add(run, lines)
        if run % WIDTHS[0] == 0:
            name = fold_name(run - WIDTHS[0] + 1, run)
            (folder / name).write_bytes(folding.content())
            folding = Folding()
    fold_old(folder)
    return raw


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def read(state: Path) -> None:
    """Read a ledger as a plan and a report do: the memory, lives, what each planned cell showed."""
    ledger = FileLedger.read(state)
    memory = memory_of(ledger)
    last = max(memory.planned)
    for planned in memory.planned[last].values():
        if planned.cell and len(memory.cells[planned.cell.key].seen) < PROBES:
            raise AssertionError(f"{planned.cell.name} has lost answers")
    lives(ledger.facts())


def weight(folder: Path) -> tuple[int, int]:
    """Return the bytes and the number of files in a folder."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(sizes), len(sizes)


def peak(state: Path) -> float:
    """Return the most MB that a process held which read a ledger."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.state", "--read", str(state)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(said.stdout)


def git(*command: str) -> None:
    """Run git."""
    subprocess.run(["git", *command], check=True, capture_output=True)


def one(place: Path, runs: int, news: float, times: int) -> dict[str, float]:
    """Make so many runs, push them, and measure; returns seconds, MB and counts by name."""
    state, checkout = place / "state", place / "checkout"
    git("init", "--bare", "--quiet", str(place / "origin.git"))
    git("init", "--quiet", str(checkout))
    where = Where(state=state, repository=checkout, remote="../origin.git", branch=BRANCH)
    told = {"segments, MB": made(state, runs, news) / 1e6}
    told["first push, s"] = seconds(lambda: push(where))
    told["facts, MB"], told["files of facts"] = weight(state / "facts")
    told["facts, MB"] /= 1e6
    told["blobs, MB"] = weight(state / "blobs")[0] / 1e6
    fresh = [replace(where, state=place / f"fresh-{n}") for n in range(times)]
    told["pull of a fresh folder, s"] = statistics.median(
        seconds(lambda each=each: pull(each))
        for each in fresh  # type: ignore[misc]
    )
    told["fetched, MB"] = weight(fresh[0].state / "branch.git" / "objects")[0] / 1e6
    told["pull of nothing new, s"] = seconds(lambda: pull(fresh[0]))
    told["reading, s"] = statistics.median(seconds(lambda: read(state)) for _ in range(times))
    told["memory of a reader, MB"] = peak(state)
    mine = fresh[0].state / "facts"
    extra = World(0.0, Blobs(mine.parent / "blobs")).lines(1)
    pushes = []
    for n in range(1, times + 1):
        text = "\n".join(each.replace('"run":1', f'"run":{runs + n}', 1) for each in extra) + "\n"
        (mine / segment_name(runs + n)).write_text(text)
        pushes.append(seconds(lambda: push(fresh[0])))
    told["push of one more run, s"] = statistics.median(pushes)
    return told


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=10_000)
    asked.add_argument("--news", type=float, default=0.3)
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--folder", type=Path, default=None)
    asked.add_argument("--read", type=Path, default=None)
    given = asked.parse_args()
    if given.read:
        read(given.read)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        few = one(_under(Path(scratch), "few"), 1, given.news, given.times)
        many = one(_under(Path(scratch), "many"), given.runs, given.news, given.times)
    print(f"{'':28}{'1 run':>12}{f'{given.runs} runs':>14}{'ratio':>10}")
    for name, alone in few.items():
        ratio = f"{many[name] / alone:10.2f}" if alone else ""
        print(f"{name:28}{alone:12.3f}{many[name]:14.3f}{ratio}")


def _under(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


if __name__ == "__main__":
    main()
