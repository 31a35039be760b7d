"""What files hold, by digest: how a model or a program is known, wherever it lies."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from bot.core.model import digest


def sha256_of(file: Path) -> str:
    """Return the sha256 of a file (64 hex digits), however large it is."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def fingerprint(folder: Path) -> str:
    """Return the digest of every file's name and content below `folder`.

    Hidden files and folders are left out: what a version control or a download keeps beside a
    model is no part of it. Links are followed. Raises `OSError` where a file cannot be read.
    """
    return digest([[name, sha256_of(folder / name)] for name in sorted(_names(folder))])


def _names(folder: Path) -> Iterator[str]:
    for here, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(here) / name).relative_to(folder).as_posix()
