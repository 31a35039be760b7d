"""Ears for a process: what it says on several descriptors at once, and that it has ended."""

from __future__ import annotations

import os
import selectors
import subprocess
from collections.abc import Callable, Mapping
from typing import Final

from bot.effects.clock import ticks

POLL_SECONDS: Final = 0.05


class Ears:
    """Reads several descriptors at once; each has a function that takes what arrives.

    The end of the process `pid` wakes the listener too, where the kernel tells it.
    """

    def __init__(self, takers: Mapping[int, Callable[[bytes], None]], pid: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._open = len(takers)
        self._end = _watch(pid)
        if self._end is not None:
            self._selector.register(self._end, selectors.EVENT_READ)
        for descriptor, take in takers.items():
            self._selector.register(descriptor, selectors.EVENT_READ, take)

    def listen(self, seconds: float) -> bool:
        """Take what arrives within `seconds`; False when nothing can arrive, or nothing did."""
        if not self._open:
            return False
        return self._take(seconds)

    def _take(self, seconds: float) -> bool:
        ready = self._selector.select(seconds)
        for key, _ in ready:
            chunk = os.read(key.fd, 65536) if key.data else b""
            if chunk:
                key.data(chunk)
            else:
                self._selector.unregister(key.fileobj)
                self._open -= 1 if key.data else 0
        return bool(ready)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Pass a moment: listen, or where all is closed, wait for the end."""
        if self._open or self._end is not None:
            self._take(POLL_SECONDS)
            return
        try:
            process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            return

    def finish(self) -> None:
        """Take what is still in the pipes; somebody who escaped may hold them open for ever."""
        end = ticks() + 1.0
        while self.listen(0.1) and ticks() < end:
            pass

    def close(self) -> None:
        """Let go of what was only opened to listen."""
        self._selector.close()
        if self._end is not None:
            os.close(self._end)


def _watch(pid: int) -> int | None:
    """Return a descriptor that is readable once `pid` has ended; None where there is no such."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
