"""What a ledger waits for: the disk, or nothing where a lost fact is only asked again."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.facts import RunEnded, RunStarted
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
