"""A whole run whose state was lost and came back from its branch: nothing is asked again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.ledger.sync import Where, pull, push
from tests.mini.commit import committed_draw
from tests.mini.drive import only, run
from tests.mini.test_kill import State
from tests.mini.world import write


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_run_goes_on_from_its_branch(tmp_path: Path) -> None:
    world = write(only(committed_draw(), "drifts"), tmp_path / "world")
    for command in (["init", "--bare", "origin.git"], ["init", "checkout"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    state = State(world=world, name=".stackmatrix")
    where = Where(
        state=state.folder,
        repository=tmp_path / "checkout",
        remote="../origin.git",
        branch="stackmatrix-state",
    )
    assert run(world).report["executed"] != 0
    told = state.canonical()
    push(where)
    shutil.rmtree(state.folder)
    pull(where)
    assert state.canonical() == told
    assert run(world).report["executed"] == 0
    told = state.canonical()
    push(where)
    assert [path.name for path in sorted((state.folder / "facts").iterdir())] == [
        "000001-000001.fold",
        "000002.ndjson",
    ]
    assert state.canonical() == told
