"""What a log keeps of a path, and what it forgets."""

from __future__ import annotations

import pytest

from bot.core.places import placeless
from bot.core.traces import read


@pytest.mark.parametrize(
    ("log", "kept"),
    [
        (b"at /a/b/rooms/3f-9a/home/x.py!", b"at <room>/home/x.py!"),
        (b"/a/rooms/1/x /b/rooms/2/y", b"<room>/x <room>/y"),
        (b"the rooms/3f-9a/ of a house", b"the rooms/3f-9a/ of a house"),
        (b"/usr/lib/python3.11/json/x.py", b"<python>/lib/python3.11/json/x.py"),
        (b"lib/python3.11/x.py", b"lib/python3.11/x.py"),
        (b"/etc/rooms", b"/etc/rooms"),
        (b"\xff/a/rooms/1/\xff", b"\xff<room>/\xff"),
        (b"", b""),
    ],
)
def test_what_is_kept(log: bytes, kept: bytes) -> None:
    assert placeless(log) == kept
    assert placeless(kept) == kept


def test_a_trace_is_read_as_before() -> None:
    log = b"""Traceback (most recent call last):
  File "/srv/me/envs/rooms/ab-12/home/script-1/probe.py", line 1, in <module>
  File "/srv/me/envs/store/ab/lib/python3.11/site-packages/shop/till.py", line 3, in sell
TypeError: no
"""
    assert read(placeless(log).decode()) == read(log.decode())
