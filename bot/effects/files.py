"""Files that several threads and processes touch: locks, and writes that are whole or absent."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, alone among all threads and processes; waits for its turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _mask() -> int:
    """What this user takes away from new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


_MASK = _mask()
_REMOVERS: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="remove")


def put(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees all of it or what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o666 & ~_MASK)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def drop(folder: Path) -> None:
    """Remove a folder with all that is in it; one that is not there is gone already."""
    shutil.rmtree(folder, ignore_errors=True)


def discard(folder: Path, heap: Path) -> None:
    """Take a folder away at once and remove it meanwhile: thousands of files take their time.

    Until then it lies on the `heap`, a folder of the same disk; the process does not end before.
    """
    gone = heap / folder.name
    try:
        heap.mkdir(exist_ok=True)
        folder.replace(gone)
    except OSError:
        gone = folder
    try:
        _REMOVERS.submit(drop, gone)
    except RuntimeError:  # the process is ending, and takes no new work
        drop(gone)
