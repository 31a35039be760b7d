"""One writer at a time: a lock that the operating system takes back when its holder dies."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from bot.errors import LedgerError
from bot.ledger.taking import finish


class Lock:
    """The exclusive hold on a state folder, kept until `release` or the end of the process."""

    def __init__(self, path: Path, *, at: datetime) -> None:
        """Take the lock at `path` or raise `LedgerError`, naming who holds it."""
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _take(self._descriptor):
            os.close(self._descriptor)
            raise _held(path)
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()} since {at:%Y-%m-%d %H:%M:%S %Z}\n".encode())

    def release(self) -> None:
        """Let the next writer in; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def taken(root: Path, *, at: datetime) -> Lock:
    """Make the state folder `root` where there is none, and hold it.

    Raises `LedgerError` where it cannot be written, or another run holds it.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        ignore = root / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        lock = Lock(root / "lock", at=at)
        finish(root)
    except OSError as fault:
        raise LedgerError(
            f"{root} cannot be used as a state folder: {fault.strerror}",
            cure="give a folder that can be written, with --state",
        ) from fault
    return lock


def _held(path: Path) -> LedgerError:
    holder = path.read_text(errors="replace").strip() or "unknown"
    pid = holder.split(" ", 1)[0]
    return LedgerError(
        f"{path.parent} is held by another run, process {holder}",
        cure=f"wait for it to end, or stop it (kill {pid}); the lock goes with its process",
    )


if sys.platform == "win32":  # pragma: no cover - the other half of the platforms
    import msvcrt

    def _take(descriptor: int) -> bool:
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # past the text, which stays readable
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
