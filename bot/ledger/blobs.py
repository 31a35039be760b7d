"""Content-addressed files: a name is the sha256 of what it holds, so nothing can drift unseen."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from bot.errors import LedgerError

_NAME = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """A folder of blobs, fanned out by the first two digits of their names."""

    def __init__(self, root: Path, *, synced: bool = True) -> None:
        """Use the folder `root`, which is made when the first blob comes.

        What is not `synced` may be damaged by a power cut, which is seen when it is read.
        """
        self._root, self._synced = root, synced

    def keep(self, content: bytes) -> str:
        """Store `content` durably and return its name; a damaged copy is replaced.

        Raises `LedgerError` when the disk refuses.
        """
        name = hashlib.sha256(content).hexdigest()
        if self.read(name) != content:
            try:
                write_atomically(self._path(name), content, synced=self._synced)
            except OSError as fault:
                raise LedgerError(
                    f"a blob cannot be kept in {self._root}: {fault.strerror}",
                    cure="make room or mend the permissions, then run again: it goes on from here",
                ) from fault
        return name

    def read(self, name: str) -> bytes | None:
        """Return what `name` holds, or None when it is absent, damaged or no name at all."""
        if not self.holds(name):
            return None
        content = self._path(name).read_bytes()
        return content if hashlib.sha256(content).hexdigest() == name else None

    def holds(self, name: str) -> bool:
        """Whether there is a file of that name, sound or damaged."""
        return bool(_NAME.fullmatch(name)) and self._path(name).is_file()

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name


def write_atomically(path: Path, content: bytes, *, synced: bool = True) -> None:
    """Write `path` so that a reader, or a crash, sees all of `content` or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if synced:
                os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
