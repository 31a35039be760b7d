"""What an attached container says, taken apart: which of its outputs, and how much of it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

_FRAME = struct.Struct(">BxxxL")


class Frames:
    """Takes the frames of an attached stream apart: one byte of kind, four of length, content."""

    def __init__(self, takers: Mapping[int, Callable[[bytes], None]]) -> None:
        """Hand what comes of each kind (1 is its standard output, 2 its errors) to its taker."""
        self._takers, self._rest, self._kind, self._left = takers, b"", 0, 0

    def take(self, chunk: bytes) -> None:
        """Hand on what is whole of `chunk` and of what came before it."""
        self._rest += chunk
        while self._rest:
            if not self._left:
                if len(self._rest) < _FRAME.size:
                    return
                self._kind, self._left = _FRAME.unpack(self._rest[: _FRAME.size])
                self._rest = self._rest[_FRAME.size :]
            content, self._rest = self._rest[: self._left], self._rest[self._left :]
            self._left -= len(content)
            if content and self._kind in self._takers:
                self._takers[self._kind](content)
