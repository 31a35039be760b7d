"""Writes are whole or absent, and a lock lets one in at a time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from bot.effects.files import exclusive, put


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
