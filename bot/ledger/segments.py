"""The files that hold the facts: one per run, appended to, mended when a crash tore the end."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from bot.core.facts import Fact
from bot.effects.clock import ticks
from bot.errors import LedgerError
from bot.ledger.blobs import write_atomically
from bot.ledger.codec import Unread, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one file says: its facts in the order they were told, what was not understood."""

    facts: tuple[tuple[Fact, str], ...]  # each with its line
    notices: tuple[str, ...]
    whole: int  # bytes up to the end of the last whole line
    torn: bytes  # what follows: the line that a crash cut off


def segment_path(root: Path, run: int) -> Path:
    """Where the facts of `run` are."""
    return root / "facts" / f"{run:06d}.ndjson"


def segment_paths(root: Path) -> tuple[Path, ...]:
    """Every segment there is, oldest run first."""
    return tuple(sorted((root / "facts").glob("[0-9]*.ndjson")))


def read(path: Path) -> Segment:
    """Read a segment; only what ends in a newline was ever told."""
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    facts: list[tuple[Fact, str]] = []
    notices: list[str] = []
    for number, told in enumerate(content[:whole].splitlines(), start=1):
        line = told.decode("utf-8", errors="replace")
        match decode(line):
            case Unread(why=why):
                notices.append(f"{path.name}:{number} was skipped: {why}")
            case fact:
                facts.append((fact, line))
    return Segment(
        facts=tuple(facts), notices=tuple(notices), whole=whole, torn=bytes(content[whole:])
    )


def mend(path: Path, segment: Segment, torn: Path) -> str:
    """Cut a torn last line off `path`, keep its bytes in the folder `torn`, and say so."""
    name = f"{path.stem}-{hashlib.sha256(segment.torn).hexdigest()[:12]}"
    write_atomically(torn / name, segment.torn)
    os.truncate(path, segment.whole)
    return f"{path.name} ended in a torn line; its {len(segment.torn)} bytes are in torn/{name}"


def mend_all(root: Path) -> None:
    """Cut the torn end off every segment of a state folder that is held."""
    for path in segment_paths(root):
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            size = file.tell()
            file.seek(max(0, size - 1))
            whole = file.read(1) in (b"\n", b"")
        if not whole:
            mend(path, read(path), root / "torn")


GROUP_SECONDS = 0.5  # of what cells show that a power cut may take, and no more


class Pen:
    """Appends lines to one segment: written, flushed and on the disk before `write` returns.

    A line that may be `later` outlives this process, and is on the disk with the next that may
    not be, or with the first that comes half a second after the last wait: many for one price.

    One that is not `synced` leaves it to the kernel when they reach the disk: they outlive this
    process all the same, and only a power cut may lose the last of them.
    """

    def __init__(self, path: Path, *, synced: bool = True) -> None:
        """Open `path` for appending, making it and its folder when they are not there."""
        self._synced = synced
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._owed = False
        self._reached = float("-inf")  # when all that was written was on the disk

    def write(self, line: str, *, later: bool = False) -> None:
        """Append `line`; when the disk refuses, take back what got through and raise."""
        before = os.fstat(self._file.fileno()).st_size
        content = memoryview(f"{line}\n".encode("ascii"))
        try:
            while content:
                content = content[self._file.write(content) :]
            self._owed = self._synced
            if not later or ticks() - self._reached > GROUP_SECONDS:
                self._sync()
        except OSError as fault:
            os.truncate(self._path, before)
            raise LedgerError(
                f"{self._path} cannot be written: {fault.strerror}",
                cure="make room or mend the permissions, then run again: it goes on from here",
            ) from fault

    def close(self) -> None:
        """Close the file, all of it on the disk; a second call does nothing."""
        try:
            self._sync()
        finally:
            self._file.close()

    def _sync(self) -> None:
        if self._owed and not self._file.closed:
            os.fsync(self._file.fileno())
            self._owed, self._reached = False, ticks()
