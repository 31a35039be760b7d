"""A process with everything that it ever started: how much memory it holds, and its end.

A daemon forks twice and takes a new session, so neither the process group nor the parents find
it. Three nets are thrown: the session, the children of whatever was seen before, and a mark in
the environment, which is inherited by every child that does not clear it. Where orphans come to
this process (`bot.effects.orphans`), nobody looks through all processes, and nobody is missed.
"""

from __future__ import annotations

import os
import signal
import uuid

from bot.effects.clock import sleep, ticks
from bot.effects.orphans import left_by, orphans, taking

PROC = "/proc"
MARK = "STACKMATRIX_CELL"
SWEEP_SECONDS = 1.0
CHUNK = 1 << 17  # bytes that are read of one file at a time
RENUMBERED_SECONDS = 5.0  # within which no number of a process is given a second time
PAGE = os.sysconf("SC_PAGE_SIZE")


def watchable() -> bool:
    """Whether this platform shows processes under /proc, so that memory can be limited."""
    return os.path.exists(f"{PROC}/self/statm")  # noqa: PTH110 - see `_read`


def everyone() -> frozenset[str]:
    """Return the numbers of all processes, as text; none where nobody will look through them."""
    if taking():
        return frozenset()
    try:
        names = os.listdir(PROC)  # noqa: PTH208 - a path for each of them costs ten times as much
        return frozenset(name for name in names if name[0] in "123456789")
    except OSError:
        return frozenset()


def fresh_mark() -> str:
    """Return a value for the environment variable `MARK` that no other tree has."""
    return uuid.uuid4().hex


def _read(path: str) -> bytes:
    """Return a file of /proc; all processes are looked at often, and a `Path` takes its time."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        content = chunk = os.read(handle, CHUNK)
        while chunk:
            chunk = os.read(handle, CHUNK)
            content += chunk
    finally:
        os.close(handle)
    return content


def started(pid: int) -> str:
    """Return when a living process was started; "" for the dead and for zombies."""
    try:
        fields = _read(f"{PROC}/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in b"ZX" else fields[19].decode()


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"{PROC}/{pid}/task"):  # noqa: PTH208 - see `_read`
            words = _read(f"{PROC}/{pid}/task/{task}/children").split()
            found += [int(word) for word in words]
    except OSError:
        pass
    return found


def delay(pid: int) -> float:
    """Return the seconds that the slowest thread of a process got no processor; 0.0 if unknown."""
    try:
        tasks = os.listdir(f"{PROC}/{pid}/task")  # noqa: PTH208 - see `_read`
        told = [_read(f"{PROC}/{pid}/task/{task}/schedstat").split() for task in tasks]
        return max((int(words[1]) / 1e9 for words in told), default=0.0)
    except (OSError, IndexError, ValueError):
        return 0.0


def _marked(pid: int, mark: bytes) -> bool:
    try:
        return mark in _read(f"{PROC}/{pid}/environ")
    except OSError:
        return False


class Tree:
    """All processes that come from `pid`, which leads its own session and carries `mark`."""

    def __init__(self, pid: int, mark: str, before: frozenset[str] = frozenset()) -> None:
        """Begin with the one process; what it starts is found by looking.

        Who was there `before` it (see `everyone`) is none of it, and is not looked at for as long
        as the numbers of the dead are not given anew.
        """
        self.pid = pid
        self._before = before
        self._began = ticks()
        self._mark = f"{MARK}={mark}".encode()
        self._seen: dict[int, str] = {}
        self._swept = 0.0
        self._over = False

    def members(self, *, sweep: bool = False) -> list[int]:
        """Return the living, by following children; once a second, or on `sweep`, look at all."""
        todo = [self.pid, *self._seen]
        if sweep or ticks() - self._swept > SWEEP_SECONDS:
            todo += self._sweep()
        found: dict[int, str] = {}
        while todo:
            pid = todo.pop()
            began = "" if pid in found else started(pid)
            if began and self._seen.get(pid, began) == began:
                found[pid] = began
                todo += _children(pid)
        self._seen = found
        return sorted(found)

    def _sweep(self) -> list[int]:
        self._swept = ticks()
        if taking():
            return [pid for pid in orphans() if self._mine(pid) or left_by(pid, self.pid)]
        strangers = self._before if self._swept - self._began < RENUMBERED_SECONDS else frozenset()
        pids = (int(name) for name in everyone() - strangers)
        return [pid for pid in pids if pid != os.getpid() and self._mine(pid)]

    def _mine(self, pid: int) -> bool:
        return _session(pid) == self.pid or _marked(pid, self._mark)

    def memory(self) -> int:
        """Return the resident bytes of the living, pages that they share counted each time."""
        return sum(self._resident(pid) for pid in self.members()) * PAGE

    @staticmethod
    def _resident(pid: int) -> int:
        try:
            return int(_read(f"{PROC}/{pid}/statm").split()[1])
        except (OSError, IndexError):
            return 0

    def kept_waiting(self) -> float:
        """Return the seconds that its slowest thread could run and got no processor.

        The kernel counts them for each thread (`schedstat`); 0.0 where it does not.
        """
        return max((delay(pid) for pid in self.members()), default=0.0)

    def kill(self, *, seconds: float = 5.0) -> None:
        """Kill until nobody is left; what cannot die in `seconds` is left to the kernel."""
        if self._over:
            return
        end = ticks() + seconds
        self._kill_group()
        while watchable() and ticks() < end:
            left = self.members(sweep=True)
            if not left:
                self._over = True
                return
            self._before = frozenset()  # who forks without end may wear out the numbers
            for pid in left:
                _send(pid)
            sleep(0.005)

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _send(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
