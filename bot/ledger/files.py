"""The ledger on a disk: what was seen stays seen, through crashes, kills and full disks.

    .stackmatrix/
        lock              who writes now
        facts/000001.ndjson   one segment per run, one fact per line
        facts/000001-000016.fold   old runs, folded: see `ledger.fold`
        blobs/ab/abcd...      logs and proofs, named by their content
        torn/             what a crash cut off the end of a segment, kept for the curious

There is no index: reading ten thousand facts takes well under a second, and a memory that is
rebuilt each time cannot disagree with the truth. Folds are read in part (`ledger.old`).
"""

from __future__ import annotations

import threading
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.core.facts import ASKED_AGAIN, Body, CellDone, Fact, Observed, RunEnded, RunStarted
from bot.effects.clock import now
from bot.errors import LedgerError
from bot.ledger.blobs import Blobs
from bot.ledger.codec import Unread, decode, encode
from bot.ledger.fold import FoldError
from bot.ledger.lock import Lock, taken
from bot.ledger.old import Old
from bot.ledger.runs import FACTS, Runs
from bot.ledger.segments import Pen, mend, read, segment_path, segment_paths


class FileLedger:
    """Facts and blobs in a folder; implements `ports.Ledger`.

    `notices` collects what was mended or skipped, for `doctor` and the end of a run; `run` is the
    present run (0: none has begun), `resumed` says that it was interrupted before.
    """

    def __init__(self, root: Path, *, lock: Lock | None, synced: bool = True) -> None:
        """Load every fact under `root`; use `open` or `read` to make one."""
        self._synced = synced
        self.root = root
        self.notices: list[str] = []
        self.run = 0
        self.resumed = False
        self._lock = lock
        self._pen: Pen | None = None
        self._turn = threading.Lock()
        self._blobs = Blobs(root / "blobs", synced=synced)
        self._facts: list[Fact] = []
        self._ids: set[bytes] = set()
        self._folded = 0
        self._old = self._load_old()
        for path in segment_paths(root):
            self._load(path)

    @classmethod
    def open(cls, root: Path, *, clock: Callable[[], datetime] = now, synced: bool = True) -> Self:
        """Open `root` for writing, mending a torn end. Raises `LedgerError` when it is held.

        Where a lost fact is only asked again it need not be `synced`: no fact waits for the disk.
        """
        lock = taken(root, at=clock())
        return cls(root, lock=lock, synced=synced)

    @classmethod
    def read(cls, root: Path) -> Self:
        """Open `root` for reading only, also while a run is writing it; nothing is mended."""
        return cls(root, lock=None)

    def begin(self, body: RunStarted) -> int:
        """Start a run and return its number (from 1).

        The last run goes on, `resumed`, when it never ended and was asked the same thing (equal
        configuration and suite); its facts then count as this run's.
        """
        last = self._last()
        self.resumed = self._unfinished(last, body)
        self.run = last if self.resumed else last + 1
        self._close_pen()
        self._pen = Pen(segment_path(self.root, self.run), synced=self._synced)
        if not self.resumed:
            self.tell(body, job="run")
        return self.run

    def go_on(self) -> int:
        """Tell more of the last run, whether it ended or not, and return its number (0: none)."""
        self.run = self._last()
        self._close_pen()
        self._pen = Pen(segment_path(self.root, self.run)) if self.run else None
        return self.run

    def tell(self, body: Body, *, job: str, attempt: int = 0) -> Fact:
        """Append one fact, durably, and return it; telling it again changes nothing.

        What a cell shows may wait half a second for the disk: who loses it asks the cell again.
        """
        line = encode(Fact(run=self.run, job=job, attempt=attempt, body=body))
        told = decode(line)
        if isinstance(told, Unread):
            raise TypeError(told.why)  # a bug of ours: `encode` wrote what `decode` cannot read
        with self._turn:
            if self._pen is None:
                raise LedgerError("no run has begun", cure="open the ledger to write, then begin")
            name = _name(line)
            if name not in self._ids:
                self._pen.write(line, later=isinstance(body, ASKED_AGAIN))
                self._add(told, name)
        return told

    def take(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        """Append facts that others told of runs of this ledger; returns those that are new here.

        An attempt of a cell that has come to its end takes no more: whoever did it again says
        so by another number. So taking is the same in any order, twice or late.
        """
        with self._turn:
            ended = {_place(one) for one in self._facts if isinstance(one.body, CellDone)}
            lines = {encode(one): one for one in facts if _place(one) not in ended}
            new = tuple(one for line, one in lines.items() if _name(line) not in self._ids)
            for run in sorted({one.run for one in new}):
                self._append(run, [one for one in new if one.run == run])
        return new

    def _append(self, run: int, facts: Sequence[Fact]) -> None:
        pen = Pen(segment_path(self.root, run))
        lines = [encode(one) for one in facts]
        try:
            pen.write("\n".join(lines))
        finally:
            pen.close()
        for line, one in zip(lines, facts, strict=True):
            self._add(one, _name(line))

    def facts(self) -> tuple[Fact, ...]:
        """Every fact, ordered by (run, job, attempt) and then by when it was told.

        Of folded runs, what cells showed comes from `folded`, and a plan that repeats itself is
        told once (see `ledger.old`); `every` leaves nothing out.
        """
        with self._turn:
            return tuple(self._facts)

    def folded(self, run: int, job: str, attempt: int) -> Sequence[Observed]:
        """Return what an attempt of an old, folded run observed."""
        with self._turn:
            return self._old.observed(run, job, attempt)

    def every(self) -> Iterator[Fact]:
        """Yield every fact there is, in order; much of it is read from the disk now."""
        runs = Runs.at(self.root / FACTS)
        for run, names in runs.holders().items():
            try:
                told = [decode(line) for line in runs.of(run, names)]
            except FoldError as fault:
                self.notices.append(str(fault))
                continue
            yield from sorted((one for one in told if isinstance(one, Fact)), key=_place)

    def keep(self, content: bytes) -> str:
        """Store a blob and return its name, the sha256 of its content."""
        if self._lock is None:
            raise LedgerError("this ledger is open for reading only", cure="use FileLedger.open")
        return self._blobs.keep(content)

    def blob(self, name: str) -> bytes | None:
        """Return a blob, or None when it has expired or is no longer what its name says."""
        content = self._blobs.read(name)
        if content is None and self._blobs.holds(name):
            self.notices.append(f"blob {name[:12]} is damaged and counts as expired")
        return content

    def close(self) -> None:
        """Let go of the files and the lock; a second call does nothing."""
        self._close_pen()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _close_pen(self) -> None:
        if self._pen is not None:
            self._pen.close()
            self._pen = None

    def _last(self) -> int:
        """The last run, also where it is in a fold that cannot be read."""
        return max(self._facts[-1].run if self._facts else 0, self._folded)

    def _unfinished(self, run: int, body: RunStarted) -> bool:
        bodies = [fact.body for fact in self._facts if fact.run == run]
        started = next((b for b in bodies if isinstance(b, RunStarted)), None)
        ended = any(isinstance(b, RunEnded) for b in bodies)
        asked = (body.config, body.suite)
        return started is not None and not ended and (started.config, started.suite) == asked

    def _load(self, path: Path) -> None:
        segment = read(path)
        self.notices.extend(segment.notices)
        if segment.torn and self._lock is not None:
            self.notices.append(mend(path, segment, self.root / "torn"))
        for fact, line in segment.facts:
            self._add(fact, _name(line))

    def _load_old(self) -> Old:
        """Read the folds first: they are of older runs, and mostly in order."""
        runs = Runs.at(self.root / FACTS)
        old = Old(runs)
        for fact, line in old.facts():
            self._facts.append(fact)
            self._ids |= {_name(line)} if line else set()
        self._facts.sort(key=_place)
        self._folded = runs.last_folded
        self.notices = runs.notices
        return old

    def _add(self, fact: Fact, name: bytes) -> None:
        if name not in self._ids:
            self._ids.add(name)
            insort(self._facts, fact, key=_place)


def _name(line: str) -> bytes:
    """Return what tells a line from every other: telling one twice is telling it once."""
    return blake2b(line.encode(), digest_size=16).digest()


def _place(fact: Fact) -> tuple[int, str, int]:
    return (fact.run, fact.job, fact.attempt)
