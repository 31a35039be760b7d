"""Frames of an attached stream, wherever the engine cuts them."""

from __future__ import annotations

import struct

import pytest

from bot.effects.frames import Frames

FRAMES = b"".join(
    struct.pack(">BxxxL", kind, len(content)) + content
    for kind, content in ((1, b'{"a": 1}\n'), (2, b""), (2, b"noise"), (1, b"\n"), (3, b"what?"))
)


@pytest.mark.parametrize("size", range(1, len(FRAMES) + 1))
def test_frames_are_whole_wherever_they_are_cut(size: int) -> None:
    out, log = bytearray(), bytearray()
    frames = Frames({1: out.extend, 2: log.extend})
    for at in range(0, len(FRAMES), size):
        frames.take(FRAMES[at : at + size])
    assert (bytes(out), bytes(log)) == (b'{"a": 1}\n\n', b"noise")
