"""A ledger in one file: its facts and blobs in an archive, to be handed on and read again."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import LedgerError

PARTS = ("facts", "blobs")
ENDING = ".tar.xz"


@contextmanager
def unpacked(place: Path) -> Iterator[Path]:
    """Yield the folder of a ledger: `place` itself, or what an archive (tar, compressed) holds.

    The ending of an archive's name may be left out. Raises `LedgerError` where there is neither.
    """
    if place.is_dir():
        yield place
        return
    if not place.exists():
        place = place.with_name(place.name + ENDING)
    with tempfile.TemporaryDirectory(prefix="ledger-") as scratch:
        try:
            with tarfile.open(place) as archive:
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError) as trouble:
            cure = "name a state folder, or an archive of one"
            raise LedgerError(f"{place} is no ledger: {trouble}", cure=cure) from None
        yield Path(scratch)


def pack(state: Path, file: Path) -> None:
    """Write the facts and blobs of a ledger into an archive; equal ledgers give equal bytes."""
    with tarfile.open(file, "w:xz", format=tarfile.PAX_FORMAT) as archive:
        for part in PARTS:
            for path in sorted((state / part).rglob("*")):
                if path.is_file():
                    info = tarfile.TarInfo(path.relative_to(state).as_posix())
                    info.size = path.stat().st_size
                    with path.open("rb") as content:
                        archive.addfile(info, content)
