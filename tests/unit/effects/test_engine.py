"""Frames of an attached stream, wherever the engine cuts them, and whose container is whose."""

from __future__ import annotations

import os
import struct

import pytest

from bot.effects.engine import _Frames, _others, maker

FRAMES = b"".join(
    struct.pack(">BxxxL", kind, len(content)) + content
    for kind, content in ((1, b'{"a": 1}\n'), (2, b""), (2, b"noise"), (1, b"\n"), (3, b"what?"))
)


@pytest.mark.parametrize("size", range(1, len(FRAMES) + 1))
def test_frames_are_whole_wherever_they_are_cut(size: int) -> None:
    out, log = bytearray(), bytearray()
    frames = _Frames({1: out.extend, 2: log.extend})
    for at in range(0, len(FRAMES), size):
        frames.take(FRAMES[at : at + size])
    assert (bytes(out), bytes(log)) == (b'{"a": 1}\n\n', b"noise")


def test_a_container_is_anothers_while_its_maker_lives() -> None:
    assert not _others(maker(os.getpid()))
    assert _others(maker(os.getppid()))
    assert not _others(f"{os.getppid()} 1")  # its number went to somebody else
    assert not _others("999999999 5")
    assert not _others("")
