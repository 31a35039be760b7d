"""Machines that run and push: each a state folder and a checkout of its own, and what they told.

    python -m tests.real.pushers FOLDER NAME ROUNDS MODE

tells ROUNDS runs into FOLDER/NAME/state and pushes each. MODE is `push`; `compact`, which lets the
branch begin its history anew each time; or `careless`, which puts its own folder over whatever is
there: the fault that the check must see.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from bot.core.facts import (
    Body,
    CellDone,
    CellStarted,
    Fact,
    Observed,
    Planned,
    RunEnded,
    RunStarted,
)
from bot.core.model import Link, Observation
from bot.ledger import sync
from bot.ledger.absorb import Absorbed
from bot.ledger.files import FileLedger
from bot.ledger.sync import Where
from tests.unit.ledger.examples import CELL

DAY = datetime(2026, 1, 1, tzinfo=UTC)
BRANCH = "stackmatrix-state"
Placed: TypeAlias = tuple[str, int, Body]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One of several that share a repository."""

    folder: Path
    name: str

    @property
    def state(self) -> Path:
        return self.folder / self.name / "state"

    @property
    def where(self) -> Where:
        place = self.folder / self.name
        return Where(state=self.state, repository=place, remote="origin", branch=BRANCH)

    def set_up(self) -> Machine:
        """Make the checkout, without a commit in it."""
        place = self.folder / self.name
        git("init", "--quiet", str(place))
        git("remote", "add", "origin", "../origin.git", cwd=place)
        return self

    def run(self, at: int, *, ends: bool = True) -> int:
        """Tell a run with one cell; returns its number."""
        with FileLedger.open(self.state, clock=lambda: DAY) as ledger:
            config = f"{self.name} {at}"
            begun = RunStarted(at=DAY + timedelta(hours=at), bot="b", config=config, suite="s")
            number = ledger.begin(begun)
            log = ledger.keep(f"log of {config}\n".encode())
            for body, job in self.bodies(at, log):
                ledger.tell(body, job=job)
            if ends:
                ledger.tell(RunEnded(newly_broken=0, platform=config), job="run")
        return number

    def bodies(self, at: int, log: str) -> Iterator[tuple[Body, str]]:
        """Yield what a run tells between its begin and its end, with the job of each."""
        cell = f"{self.name}{at}"
        yield Planned(row="chat", trigger="newest", cell=CELL, against=""), "plan chat newest"
        yield CellStarted(cell=cell, worker=self.name), cell
        for probe in ("p", "q"):
            seen = Observation(probe=probe, seen=((Link.TEXT, cell),), log=log, seconds=at / 7)
            yield Observed(cell=cell, probe=probe, sequence="a", observation=seen), cell
        yield CellDone(cell=cell, environment="uv", seconds=1.0), cell


def git(*command: str, cwd: Path | None = None) -> str:
    ran = subprocess.run(
        ["git", *command], cwd=cwd, check=True, capture_output=True, text=True, timeout=60
    )
    return ran.stdout.strip()


def machine(place: Path, name: str) -> Machine:
    """Return one more machine, its checkout made."""
    return Machine(folder=place, name=name).set_up()


def fresh(place: Path, name: str = "fresh") -> Path:
    """Return the state folder of a machine that knows what the branch knows."""
    one = machine(place, name)
    sync.pull(one.where)
    return one.state


def told(facts: Iterable[Fact]) -> dict[str, list[Placed]]:
    """Return what each run told by how it was asked for, whatever its number."""
    runs: dict[int, list[Placed]] = {}
    for fact in facts:
        runs.setdefault(fact.run, []).append((fact.job, fact.attempt, fact.body))
    asked: dict[str, list[Placed]] = {}
    for placed in runs.values():
        starts = [body.config for _, _, body in placed if isinstance(body, RunStarted)]
        asked[starts[0] if len(starts) == 1 else f"{len(starts)} begin"] = placed
    return asked


def lost(machines: Iterable[tuple[Machine, int]], state: Path) -> list[str]:
    """Return which runs that machines told are not in `state` as they were told."""
    there = told(FileLedger.read(state).every())
    gone: list[str] = []
    for machine, rounds in machines:
        for at in range(rounds):
            config = f"{machine.name} {at}"
            bodies = [body for _, _, body in there.get(config, [])]
            log = next((b.observation.log for b in bodies if isinstance(b, Observed)), "")
            wanted = [body for body, _ in machine.bodies(at, log)]
            sound = FileLedger.read(state).blob(log) == f"log of {config}\n".encode()
            if not sound or any(body not in bodies for body in wanted) or len(bodies) != 7:
                gone.append(config)
    return gone


def work(machine: Machine, rounds: int, mode: str) -> None:
    """Tell runs and push each."""
    if mode == "careless":
        vars(sync)["absorb"] = lambda *_: Absorbed()
    for at in range(rounds):
        machine.run(at)
        sync.push(machine.where, compact=mode == "compact", days=9999)


if __name__ == "__main__":
    folder, name, rounds, mode = sys.argv[1:]
    work(Machine(folder=Path(folder), name=name), int(rounds), mode)
