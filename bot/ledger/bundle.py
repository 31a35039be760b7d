"""Bundles on a disk and in bytes: what a runner writes, and how a ledger takes it in.

    bundle.json           whose job it is, where it was done
    facts.ndjson          one fact per line
    blobs/ab/abcd...      logs, named by their content

A bundle is written by one process alone: it needs no lock, no link and no database, so it may lie
on a shared filesystem, and its names mean the same on every system.
"""

from __future__ import annotations

import threading
from pathlib import Path

from bot.core.facts import ASKED_AGAIN, Body, Fact
from bot.core.job import Head
from bot.errors import BundleError
from bot.ledger.blobs import Blobs, write_atomically
from bot.ledger.carry import BLOBS, FACTS, HEAD, files_of
from bot.ledger.codec import Unread, decode, encode
from bot.ledger.door import read_bundle, write_head
from bot.ledger.segments import Pen


class BundleLedger:
    """A bundle that is being written; implements `ports.Ledger` for the cells of one job.

    A folder that holds a bundle of the same job is gone on with, after a torn line is cut off.
    """

    def __init__(self, root: Path, head: Head) -> None:
        """Write into the folder `root`. Raises `BundleError` where it holds something else."""
        self._root, self._head = root, head
        self._turn = threading.Lock()
        self._facts: list[Fact] = []
        if (root / HEAD).exists():
            self._facts = _go_on(root, head)
        root.mkdir(parents=True, exist_ok=True)
        write_atomically(root / HEAD, write_head(head))
        self._blobs = Blobs(root / BLOBS)
        self._pen = Pen(root / FACTS)

    def tell(self, body: Body, *, job: str, attempt: int = 0) -> Fact:
        """Append one fact, durably, and return it."""
        line = encode(Fact(run=self._head.run, job=job, attempt=attempt, body=body))
        told = decode(line)
        if isinstance(told, Unread):
            raise TypeError(told.why)  # a bug of ours
        with self._turn:
            self._pen.write(line, later=isinstance(body, ASKED_AGAIN))
            self._facts.append(told)
        return told

    def facts(self) -> tuple[Fact, ...]:
        """Every fact told, in order."""
        with self._turn:
            return tuple(sorted(self._facts, key=lambda f: (f.run, f.job, f.attempt)))

    def keep(self, content: bytes) -> str:
        """Store a blob and return its name."""
        return self._blobs.keep(content)

    def blob(self, name: str) -> bytes | None:
        """Return a blob, or None where there is none."""
        return self._blobs.read(name)

    def close(self) -> None:
        """Let go of the file."""
        self._pen.close()


def _go_on(root: Path, head: Head) -> list[Fact]:
    """Return the facts of a bundle that was begun, its torn end cut off."""
    begun = read_bundle(files_of(root), str(root))
    mine, its = ((one.job, one.run, one.config, one.suite, one.cells) for one in (head, begun.head))
    if mine != its:
        what = f"{root} holds a bundle of job {begun.head.job} of run {begun.head.run}"
        raise BundleError(what, cure="name another folder with --bundle, or take that one away")
    if begun.torn:
        content = (root / FACTS).read_bytes()
        write_atomically(root / FACTS, content[: content.rfind(b"\n") + 1])
    return list(begun.facts)
