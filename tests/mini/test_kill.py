"""Killed with SIGKILL twenty times, a run comes to what an undisturbed one comes to.

The command is a process of its own and is killed alone, at a moment drawn by chance: after so many
bytes of new facts, and a blink more. The seed is printed; set STACKMATRIX_SEED to see it again.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.facts import CellDone, Drafted, Fact, RunEnded
from bot.ledger.files import FileLedger
from tests.mini.commit import committed_draw
from tests.mini.drive import only
from tests.mini.world import World, write

KILLS = 20
ROWS = ("drifts", "crashes")
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
BLINK_SECONDS = 0.4
ENDED = {0, 1}  # what `stackmatrix run` returns: nothing is newly broken, or something is


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state folder of a world, and the reports beside it."""

    world: World
    name: str

    @property
    def folder(self) -> Path:
        return self.world.root / self.name

    @property
    def size(self) -> int:
        """How many bytes of facts there are."""
        return sum(path.stat().st_size for path in self.folder.glob("facts/*.ndjson"))

    def argv(self, verb: str, *more: str) -> list[str]:
        places = ("--state", str(self.folder), "--config", str(self.world.matrix))
        reports = ("--reports", str(self.world.root / f"reports-{self.name}"))
        return [*COMMAND, verb, *places, *reports, "--quiet", *more]

    def canonical(self) -> str:
        """Return the canonical report of the run that ended here, made from the facts."""
        argv = self.argv("show", "--canonical")
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@contextmanager
def started(state: State) -> Iterator[subprocess.Popen[bytes]]:
    """Start the real command; whatever happens, it does not outlive the block."""
    with subprocess.Popen(state.argv("run"), cwd=state.world.root) as process:
        try:
            yield process
        finally:
            process.kill()


def undisturbed(state: State) -> None:
    """Run to the end."""
    with started(state) as process:
        assert process.wait() in ENDED


def killed(state: State, grown: int, blink: float) -> bool:
    """Run until there are `grown` more bytes of facts, and kill; False when it ended before."""
    goal = state.size + grown
    with started(state) as process:
        while state.size < goal and process.poll() is None:
            time.sleep(0.01)
        time.sleep(blink)
        process.send_signal(signal.SIGKILL)
        code = process.wait()
    assert code == -signal.SIGKILL or code in ENDED
    return code == -signal.SIGKILL


def whole_facts(state: State) -> tuple[Fact, ...]:
    """Read the ledger, mend it, read it again: no fact is lost by it, and no line is strange."""
    seen = FileLedger.read(state.folder)
    assert seen.notices == []
    with FileLedger.open(state.folder) as mended:
        assert mended.facts() == seen.facts()
    again = FileLedger.read(state.folder)
    assert (again.notices, again.facts()) == ([], seen.facts())
    return seen.facts()


def left_alive(state: State) -> list[str]:
    """Return the commands of the processes that still work inside a state folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve().is_relative_to(state.folder):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def executed(facts: tuple[Fact, ...]) -> list[str]:
    """Return the key of each cell that was done, once for each time."""
    return sorted(fact.body.cell for fact in facts if isinstance(fact.body, CellDone))


def drafted(state: State) -> tuple[list[str], list[str]]:
    """Return the findings that were drafted, once for each telling, and the drafts that lie there.

    Text is left out: it may name folders.
    """
    told = [fact.body.finding for fact in whole_facts(state) if isinstance(fact.body, Drafted)]
    drafts = (state.folder / "outbox").glob("*/issue.md")
    return sorted(told), sorted(draft.parent.name for draft in drafts)


def ended(facts: tuple[Fact, ...]) -> bool:
    """Whether the run came to its end, although it was killed before it could say so."""
    return any(isinstance(fact.body, RunEnded) for fact in facts)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_twenty_kills_change_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("STACKMATRIX_SEED") or secrets.randbelow(10**9))
    print(f"STACKMATRIX_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    rng = random.Random(seed)
    world = write(only(committed_draw(), *ROWS), tmp_path)
    calm = State(world=world, name="calm")
    undisturbed(calm)
    right, whole = calm.canonical(), calm.size
    assert len(drafted(calm)[0]) == len(ROWS)
    kills, stormy = 0, 0
    while kills < KILLS:
        stormy += 1
        state = State(world=world, name=f"storm{stormy}")
        known: tuple[Fact, ...] = ()
        while (
            kills < KILLS
            and not ended(known)
            and killed(state, rng.randrange(2 * whole // KILLS), rng.uniform(0, BLINK_SECONDS))
        ):
            kills += 1
            facts = whole_facts(state)
            assert {fact.id for fact in known} <= {fact.id for fact in facts}
            known = facts
        if not ended(whole_facts(state)):
            undisturbed(state)
        facts = whole_facts(state)
        assert {fact.id for fact in known} <= {fact.id for fact in facts}
        assert state.canonical() == right, f"STACKMATRIX_SEED={seed}"
        assert executed(facts) == executed(whole_facts(calm))
        assert drafted(state) == drafted(calm)
        assert left_alive(state) == []
