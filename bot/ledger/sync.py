"""The state folder and its branch, made one: pulled, pushed, compacted.

A push fetches what is there, takes it in, and pushes both as the next commit. Whoever finds that
somebody else was faster begins again; nothing is forced but the short history of a compaction,
and that under a lease. See `ledger.union` for what becomes of two runs of one number.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Final

from bot.effects.clock import now, sleep
from bot.effects.git import Git, address, settings_of
from bot.errors import BranchError, UsageError
from bot.ledger.absorb import absorb, loose
from bot.ledger.branch import BeatenError, Branch
from bot.ledger.expiry import DAYS, expired
from bot.ledger.folding import fold_old
from bot.ledger.lock import taken
from bot.ledger.runs import FACTS
from bot.ledger.segments import mend_all
from bot.ledger.shared import (
    GONE,
    Gone,
    agree,
    agreed,
    gone_since,
    is_loose,
    is_shared,
    listed,
    named,
    write_gone,
)

PLACE: Final = "branch.git"  # our copy of the branch, in the state folder
ATTEMPTS: Final = 12
LONGEST: Final = 8.0  # seconds between two attempts, at most
HISTORY: Final = 100  # commits, after which a push begins the history anew
README: Final = b"""# The state of stackmatrix

What `stackmatrix` has seen, kept by `stackmatrix state push` and read by `stackmatrix state pull`.
Merge it nowhere and edit nothing: `facts/` is append-only, `blobs/` are named by their content.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A state folder, and the branch that keeps it."""

    state: Path
    repository: Path
    remote: str
    branch: str


@dataclass(slots=True)
class Synced:
    """What was done: files that came and went, runs that moved, and what a person may be told."""

    there: bool = False  # whether the branch was there
    taken: int = 0
    sent: int = 0
    folded: int = 0
    expired: int = 0
    pushed: bool = False
    attempts: int = 0
    moved: dict[int, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    gone: Gone = field(default_factory=dict)  # what was taken back, there or here


def pull(where: Where) -> Synced:
    """Take what the branch knows into the state folder.

    Raises `LedgerError` where the folder is held, `BranchError`, `MissingToolError`, `UsageError`.
    """
    done = Synced()
    with _held(where) as branch:
        _again(done, lambda: _take(where, branch, done))
    return done


def push(
    where: Where,
    *,
    compact: bool = False,
    days: int = DAYS,
    before: Callable[[], None] = lambda: None,
) -> Synced:
    """Put what the state folder knows onto its branch, with what is there.

    To `compact` is to let old logs expire and to begin the history of the branch anew. `before`
    is asked each time before anything leaves, and raises where it may not. Raises as `pull` does.
    """
    done = Synced()
    with _held(where) as branch:
        _again(done, lambda: _give(where, branch, done, before, days if compact else None))
    return done


def fold(state: Path, *, days: int) -> Synced:
    """Fold old runs and let old logs expire, in the state folder alone. Raises `LedgerError`."""
    done = Synced()
    lock = taken(state, at=now())
    try:
        mend_all(state)
        _compact(state, days, done)
    finally:
        lock.release()
    return done


@contextmanager
def _held(where: Where) -> Iterator[Branch]:
    """Hold the state folder, its segments whole, and yield the branch."""
    branch = _branch(where)
    lock = taken(where.state, at=now())
    try:
        mend_all(where.state)
        yield branch
    finally:
        lock.release()


def _branch(where: Where) -> Branch:
    if not where.repository.is_dir():
        cure = "name the checkout with --repository"
        raise UsageError(f"there is no folder {where.repository}", cure=cure)
    pulled = address(where.repository, where.remote, push=False)
    direct = "/" in where.remote or ":" in where.remote
    if not pulled and not direct:
        what = f"{where.repository} is in no repository with a remote `{where.remote}`"
        cure = "name the checkout with --repository, and the remote or its address with --remote"
        raise UsageError(what, cure=cure)
    git = Git(
        place=(where.state / PLACE).resolve(),
        cwd=where.repository,
        settings=settings_of(where.repository),
    )
    pushed = address(where.repository, where.remote, push=True)
    return Branch(
        git=git,
        fetched=pulled or where.remote,
        pushed=pushed or where.remote,
        name=where.branch,
    )


def _again(done: Synced, work: Callable[[], object]) -> None:
    """Do `work` until nobody was faster, waiting a little longer each time."""
    last = ""
    for attempt in range(ATTEMPTS):
        done.attempts = attempt + 1
        try:
            work()
        except BeatenError as trouble:
            last = str(trouble)
            if attempt + 1 < ATTEMPTS:
                sleep(SystemRandom().uniform(0, min(0.2 * 2**attempt, LONGEST)))
        else:
            return
    what = f"the branch could not be reached or was pushed to by others, {ATTEMPTS} times: {last}"
    raise BranchError(what, cure="run it again: the state folder is whole, and nothing was lost")


def _take(where: Where, branch: Branch, done: Synced) -> dict[str, str]:
    """Fetch, and take in what came; returns the files of the branch."""
    theirs = branch.fetch()
    done.there = bool(branch.tip)
    with tempfile.TemporaryDirectory(dir=where.state, prefix=".pull-") as scratch:
        came = absorb(where.state, theirs, branch.read, Path(scratch))
    done.taken += came.taken
    first = {number: run for run, number in done.moved.items()}  # of an attempt that was beaten
    done.moved |= {first.get(run, run): number for run, number in came.moved.items()}
    done.notices = [*dict.fromkeys([*done.notices, *came.notices])]
    done.gone = gone_since(loose(where.state), came.gone, agreed(where.state))
    _agree(where.state, theirs)
    return theirs


def _agree(state: Path, files: Mapping[str, str]) -> None:
    """Remember the drafts of which both sides know."""
    agree(state, {path: name for path, name in files.items() if is_loose(path)})


def _give(
    where: Where, branch: Branch, done: Synced, before: Callable[[], None], days: int | None
) -> None:
    theirs = _take(where, branch, done)
    before()
    _compact(where.state, days, done)
    files = _tree(where.state, branch, theirs, done)
    alone = days is not None or branch.pushes >= HISTORY
    if not any(map(is_shared, files)) or (files == theirs and not (alone and branch.pushes > 1)):
        return
    _put(branch, files, done, alone=alone and bool(branch.tip))
    done.pushed = True
    _agree(where.state, files)


def _put(branch: Branch, files: Mapping[str, str], done: Synced, *, alone: bool) -> None:
    """Push the next commit; where no history may be begun anew, behind the one that is there."""
    runs = sum(path.startswith(FACTS) for path in files)
    message = f"state: {runs} files of runs"
    if alone:
        try:
            branch.push(branch.commit(files, message, alone=True), alone=True)
        except BranchError as refusal:
            done.notices.append(f"its history stays as it is: {refusal.message}")
        else:
            return
    branch.push(branch.commit(files, message))


def _tree(state: Path, branch: Branch, theirs: Mapping[str, str], done: Synced) -> dict[str, str]:
    """Return the files of the next commit: ours, and what of theirs is not for us to judge."""
    files = {path: name for path, name in theirs.items() if not is_shared(path)}
    new: list[str] = []
    for path in listed(state):
        known = theirs.get(path, "")
        if known and (path.startswith("blobs/") or named((state / path).read_bytes()) == known):
            files[path] = known
        else:
            new.append(path)
    done.sent = len(new)
    files |= zip(new, branch.write([state / path for path in new]), strict=True)
    pages = {"README.md": README} if not theirs else {}
    if done.gone:
        pages[GONE] = write_gone(done.gone)
    with tempfile.TemporaryDirectory(dir=state, prefix=".pull-") as scratch:
        for path, held in pages.items():
            page = Path(scratch) / path
            page.write_bytes(held)
            files[path] = branch.write([page])[0]
    return files


def _compact(state: Path, days: int | None, done: Synced) -> None:
    """Fold what is old; where `days` are told, let go of the logs that have expired."""
    done.folded += fold_old(state / FACTS)
    gone = expired(state, days) if days is not None else ()
    for path in gone:
        path.unlink()
    done.expired += len(gone)
