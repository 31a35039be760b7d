"""The port of a tracker that takes issues over an API: whatever a forge is, this is asked of it.

Everything is asked of one place, such as `owner/name`; every method says what it raises. A new
forge is a file in `trackers` and a row in the table of forges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.press import Form
from bot.core.standing import Standing
from bot.core.ticks import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is sent: all of it text that was made harmless before; `finding` is its fingerprint."""

    finding: str
    target: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue as it stands: its address, whether it is open, and whether we wrote it."""

    address: str
    open: bool
    title: str
    body: str
    author: str
    ours: bool = False
    locked: bool = False
    reason: str = ""  # why it is closed: completed, not_planned, duplicate
    closer: str = ""  # who closed it
    by_us: bool = False  # whether that was us


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment: its address, who wrote it, and whether that is a maintainer there, or we."""

    address: str
    who: str
    body: str
    maintainer: bool = False
    ours: bool = False


class Forge(Protocol):
    """A place where projects take issues. Each method raises `SourceError` for no answer."""

    def standing(self, place: str, *, since: datetime, consent: str = "") -> Standing:
        """Read what `place` says of issues: consent, a stop, closed doors, how many came lately.

        `consent` is the address of a maintainer's comment, where no file there gives consent.
        """
        ...

    def stopped(self, place: str) -> str:
        """Return who said stop at `place` with a label on an open issue; empty: nobody."""
        ...

    def find(self, place: str, finding: str) -> Issue | None:
        """Return the issue that carries the fingerprint, whoever wrote it; the oldest of several.

        Raises `SourceError` when the search fails: then nothing may be filed.
        """
        ...

    def alone(self, place: str, finding: str) -> Issue | None:
        """As `find`; later ones of ours, which a line that repeats may make, are closed."""
        ...

    def create(self, place: str, draft: Draft) -> Issue:
        """File the draft, unless an issue carries its fingerprint: that one is returned then."""
        ...

    def read(self, address: str) -> Issue:
        """Return an issue as it is now."""
        ...

    def close(self, address: str, *, comment: str, done: bool = False) -> Issue:
        """Close an issue of our own: one comment that says why; not planned, unless it is `done`.

        Doing it again changes nothing. Raises `UsageError` where the issue is somebody else's.
        """
        ...

    def reopen(self, address: str) -> Issue:
        """Open an issue of our own again; as `close` in everything else."""
        ...

    def edit(self, address: str, body: str) -> Issue:
        """Put another text into an issue of our own; as `close` in everything else."""
        ...

    def edits(self, address: str) -> tuple[Edit, ...]:
        """Return the edits of an issue, the oldest first; none where they cannot be known."""
        ...

    def may_write(self, place: str, who: str) -> bool:
        """Return whether somebody is known to have write access at `place`."""
        ...

    def comments(self, address: str) -> tuple[Comment, ...]:
        """Return the comments of an issue, the oldest first."""
        ...

    def say(self, address: str, text: str) -> None:
        """Comment, unless we said just this there before."""
        ...

    def alike(self, place: str, words: str) -> tuple[Issue, ...]:
        """Return issues at `place`, open or not, that hold the words, the best first.

        Raises `SourceError` when the search fails: then nothing may be filed.
        """
        ...

    def papers(self, place: str, paths: tuple[str, ...]) -> Mapping[str, str]:
        """Return the SHA-256 of each file at `place` as it is today; a file that is not there, "".

        Raises `SourceError` where one cannot be read.
        """
        ...

    def form(self, place: str) -> Form | None:
        """Return the form for bugs at `place`, as it is today; None where there is none."""
        ...
