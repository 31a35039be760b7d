"""Orphans of cells come to this process instead of to init, so that no cell can lose one.

A daemon forks twice, takes a session of its own and clears its environment: nothing about it
tells where it came from, but that its parent died. On Linux a process may ask to be given such
children (prctl(2), `PR_SET_CHILD_SUBREAPER`); then whoever is left of a cell is a child of ours,
one file of /proc says whether there is anybody, and the dead are ours to bury. Only a process
that starts nothing else in sessions of their own may ask for it: the command line does, and a
library that is used by another program does not.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import Popen
from typing import Final

PR_SET_CHILD_SUBREAPER: Final = 36
PROC: Final = "/proc"
_guard = threading.Lock()  # a child that dies at once is not buried before it is known
_leaders: dict[int, int] = {}  # what was started here and not yet ended: when, in ticks of /proc
_strangers: set[int] = set()  # children that were here before us, and theirs
_taking = False


@contextmanager
def taken_in() -> Iterator[bool]:
    """Take the orphans of whatever is started inside the block; yields whether they come."""
    try:
        yield _take(1)
    finally:
        _take(0)


def _take(wanted: int) -> bool:
    global _taking  # noqa: PLW0603 - it is asked of the kernel for this whole process
    import ctypes  # noqa: PLC0415 - beside its only use: it loads for long

    with _guard:
        if os.path.exists(_children_file()):  # noqa: PTH110 - once
            told: int = ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, wanted, 0, 0, 0)
            _taking = bool(wanted) and told == 0
            _strangers.clear()
            _strangers.update(_children())
        return _taking


def taking() -> bool:
    """Whether orphans come to this process."""
    return _taking


def begin(start: Callable[[], Popen[bytes]]) -> Popen[bytes]:
    """Start a process by `start` and know it as ours until it is told to `end`."""
    if not _taking:
        return start()
    with _guard:
        process = start()
        fields = _stat(process.pid)
        _leaders[process.pid] = int(fields[19]) if fields else 0
        return process


def end(pid: int) -> None:
    """Forget a process that was begun here, and is waited for."""
    with _guard:
        _leaders.pop(pid, None)


def orphans() -> list[int]:
    """Return the living that came to us, and bury the dead."""
    with _guard:
        return [pid for pid in _children() if pid not in _leaders and _lives(pid)]


def left_by(pid: int, leader: int) -> bool:
    """Whether only `leader` can have left the orphan `pid`: nobody else who runs is older than it.

    What two cells that run at once may have left is told apart when the last of them ends.
    """
    fields = _stat(pid)
    with _guard:
        mine = _leaders.get(leader)
        others = [began for other, began in _leaders.items() if other != leader]
    if not fields or mine is None:
        return False
    began = int(fields[19])
    return mine <= began and all(began < other for other in others)


def _children_file() -> str:
    """Return where the kernel tells of orphans: they are given to the main thread."""
    return f"{PROC}/{os.getpid()}/task/{os.getpid()}/children"


def _children() -> list[int]:
    """Return our children, read until two readings agree: one that ends meanwhile hides another."""
    before, now = None, _read(_children_file())
    while now != before:
        before, now = now, _read(_children_file())
    return [pid for pid in map(int, now.split()) if pid not in _strangers]


def _lives(pid: int) -> bool:
    """Whether an orphan is of a cell, and lives; one that is dead is buried."""
    fields = _stat(pid)
    if not fields or int(fields[3]) == os.getsid(0):
        return False  # whoever shares our session was never in a cell, which has its own
    if fields[0] in b"ZX":
        os.waitpid(pid, os.WNOHANG)
        return False
    return True


def _stat(pid: int) -> list[bytes]:
    """Return what /proc/PID/stat says behind the name: state, parent, group, session, ..."""
    return _read(f"{PROC}/{pid}/stat").rpartition(b")")[2].split()


def _read(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, 1 << 17)
    except OSError:  # it ended while we looked
        return b""
    finally:
        os.close(handle)
