"""What a ledger waits for: the disk, or nothing where a lost fact is only asked again."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.facts import CellDone, CellStarted, RunEnded, RunStarted
from bot.ledger.files import FileLedger

STARTED = RunStarted(at=datetime(2026, 1, 2, tzinfo=UTC), bot="b", config="c", suite="s")


@pytest.mark.parametrize("synced", [True, False])
def test_only_a_synced_ledger_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, synced: bool
) -> None:
    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", waited.append)
    with FileLedger.open(tmp_path, synced=synced) as ledger:
        ledger.begin(STARTED)
        name = ledger.keep(b"seen")
        ledger.tell(RunEnded(newly_broken=0), job="run")
        assert bool(waited) is synced
        other = FileLedger.read(tmp_path)  # told is written, whoever looks
    assert len(other.facts()) == 2
    assert other.blob(name) == b"seen"


def test_many_cells_wait_for_the_disk_once_and_what_is_concluded_waits_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    clock = [100.0]
    monkeypatch.setattr(os, "fsync", waited.append)
    monkeypatch.setattr("bot.ledger.segments.ticks", lambda: clock[0])
    with FileLedger.open(tmp_path) as ledger:
        ledger.begin(STARTED)
        begun = len(waited)
        for cell in "abc":
            ledger.tell(CellStarted(cell=cell, worker="w"), job=cell)
            ledger.tell(CellDone(cell=cell, environment="uv", seconds=0), job=cell)
        assert len(waited) == begun
        assert len(FileLedger.read(tmp_path).facts()) == 7, "a process that is killed loses none"
        clock[0] += 1
        ledger.tell(CellStarted(cell="d", worker="w"), job="d")
        assert len(waited) == begun + 1, "half a second later all of it is on the disk"
        ledger.tell(CellDone(cell="d", environment="uv", seconds=0), job="d")
        ledger.tell(RunEnded(newly_broken=0), job="run")
        assert len(waited) == begun + 2, "what is concluded is on the disk before it is acted upon"
        ledger.tell(CellStarted(cell="e", worker="w"), job="e")
    assert len(waited) == begun + 3, "nothing is left when the ledger is closed"
