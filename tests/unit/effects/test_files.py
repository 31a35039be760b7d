"""Writes are whole or absent, and a lock lets one in at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.effects.files import discard, exclusive, put


def test_put_replaces_and_leaves_no_draft(tmp_path: Path) -> None:
    put(tmp_path / "a" / "b", b"one")
    put(tmp_path / "a" / "b", b"two")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "a").iterdir()] == [
        ("b", b"two")
    ]


def test_a_failed_put_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(OSError, match="b"):
        put(tmp_path / "b", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_exclusive_lets_one_thread_in_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def enter() -> None:
        nonlocal inside, most
        with exclusive(tmp_path / "lock"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.02)
            inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


LEAVES = """import sys
from pathlib import Path
from bot.effects.files import discard
room, heap = map(Path, sys.argv[1:])
discard(room, heap)
print(room.exists())
"""


def test_what_is_discarded_is_away_at_once_and_removed_before_the_end(tmp_path: Path) -> None:
    room, heap = tmp_path / "room", tmp_path / "heap"
    (room / "deep").mkdir(parents=True)
    for at in range(200):
        (room / "deep" / str(at)).touch()
    argv = [sys.executable, "-c", LEAVES, str(room), str(heap)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
    assert list(heap.iterdir()) == []


def test_nothing_can_be_discarded_as_well(tmp_path: Path) -> None:
    discard(tmp_path / "nowhere" / "room", tmp_path / "nowhere" / "heap")
    assert not list(tmp_path.iterdir())
