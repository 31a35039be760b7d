"""The facts that the ledger keeps: append-only, self-contained, never rewritten.

Judgement is not a fact: outcomes and verdicts are derived from observations whenever somebody
looks, so a mended golden re-judges the past. Order is (run, job, attempt), never arrival.

>>> fact = Fact(run=1, job="watch", attempt=0, body=RunEnded(newly_broken=0))
>>> len(fact.id)
64
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from bot.core.carried import Carried, Reached, Refuted
from bot.core.life import Step
from bot.core.model import Cell, Closure, Conflict, Failure, Observation, Release
from bot.core.outcome import Explanation
from bot.core.traits import NO_TRAITS, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run began; `config` and `suite` are digests of what it was asked to do."""

    at: datetime
    bot: str
    config: str
    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeen:
    """A release that a source announced, told again only when something about it changed."""

    release: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A solver's answer to the question `key`."""

    key: str
    asked: tuple[str, ...]
    answer: Closure | Conflict
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A cell of a row, and the trigger that wants it: `baseline`, `component==version`, `newest`.

    `against` is the key of the cell it is compared with (empty for a baseline).
    """

    row: str
    trigger: str
    cell: Cell | None
    against: str
    conflict: str = ""
    backend: str = ""  # of a cell that could not be made; one that was made knows its own


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStarted:
    """An attempt of a cell began on a worker; until its `CellDone` is told, it runs, or was lost.

    `worker` is a host and a process there, so that a second attempt can be told from the first.
    """

    cell: str
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One observation. `sequence` is `a`, `b`, `fresh` or `confirm`."""

    cell: str
    probe: str
    sequence: str
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStopped:
    """A cell stopped before or between probes, which stops all that it had not answered."""

    cell: str
    sequence: str
    failure: Failure
    log: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDone:
    """Every probe of a cell was asked, in every sequence.

    `scope` is what numbers hold within: the backend, the device that the engine reports, the
    driver, the instruction set. It is empty in facts of earlier releases.
    Where it was in containers, `containers` are their ids, and `image` is what they began with.
    """

    cell: str
    environment: str
    seconds: float
    scope: tuple[tuple[str, str], ...] = ()
    containers: tuple[str, ...] = ()
    image: str = ""

    @property
    def device(self) -> str:
        """What the engine itself said that it computed on, "" where it said nothing."""
        return dict(self.scope).get("device", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One trial of a search: the closure that was asked, and what came out."""

    search: str
    trial: str
    observation: Observation | None
    conflict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How the search for the culprit of a finding ended."""

    finding: str
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a search found is called `finding` by everybody: see `core.finding.accuse`."""

    finding: str
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """The smallest proof of a finding; `repro` names a blob, `verified` says it was run twice."""

    finding: str
    request: str
    repro: str
    fails: str
    passes: str
    verified: bool
    calls: int
    files: tuple[tuple[str, str], ...] = ()  # name and blob of what the proof needs beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """What each stage of the broken stack made of the working one's values: link and word."""

    finding: str
    table: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft was put into the outbox; `body` names a blob."""

    finding: str
    target: str
    title: str
    body: str
    traits: Traits = NO_TRAITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A finding took a step of its life; `about` is the issue or the version that the step names.

    Facts say what happened, never where that leads: `lives` derives the state.
    """

    finding: str
    step: Step
    who: str
    at: datetime
    why: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Somebody wants no more issues at `target`; that holds for ever."""

    target: str
    who: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Somebody said whether a finding is no matter for the public; the last word counts."""

    finding: str
    private: bool
    who: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersRead:
    """What `target` asks of reporters as it was read there: the SHA-256 of each file, by path.

    `why` says what changed since it was read last; empty: nothing did.
    """

    target: str
    papers: tuple[tuple[str, str], ...]
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody asked of the bot at `where`, a tick or a comment, and what came of it.

    It is told once it was done, so that nothing is obeyed or answered twice.
    """

    where: str
    order: str
    finding: str
    who: str
    at: datetime
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Somebody asked at `where` that a finding be tested with `version`: in a container only."""

    finding: str
    version: str
    who: str
    at: datetime
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What we wrote stands at `where`; `digest` is of that text, so that others' edits show."""

    where: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retested:
    """What a release after the accused one showed of a finding, by watched backend.

    `greens` counts good answers of engines started for this run, `reds` bad ones; `needed` is how
    many greens each backend owes before it is believed.
    """

    finding: str
    version: str
    greens: tuple[tuple[str, int], ...]
    reds: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproved:
    """The two commands of a proof were run again in fresh environments, and whether it holds."""

    finding: str
    at: datetime
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """A run came to its end; what it found is what the next one is compared with.

    `words` holds the cells whose word was no good one; what was planned and is not there was good.
    """

    newly_broken: int
    broken: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    words: tuple[tuple[str, str, str, str], ...] = ()  # row, trigger, backend, word: not all good
    platform: str = ""  # where it ran
    promises: tuple[tuple[str, str], ...] = ()  # what cells were guarded from there


Body: TypeAlias = (
    RunStarted
    | ReleaseSeen
    | Closed
    | Planned
    | CellStarted
    | Observed
    | CellStopped
    | CellDone
    | Reached
    | Carried
    | Refuted
    | Tried
    | Explained
    | Named
    | Reduced
    | Swapped
    | Drafted
    | Moved
    | Stopped
    | Marked
    | PapersRead
    | Answered
    | Queued
    | Sent
    | Retested
    | Reproved
    | RunEnded
)

ASKED_AGAIN: Final = (CellStarted, Observed, CellStopped, CellDone)
"""What may wait for the disk a moment: where a power cut takes one of these, its cell is asked
again, and whatever is concluded from them is told, and on the disk with them, after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A body with its place in the order of facts."""

    run: int
    job: str
    attempt: int
    body: Body

    @property
    def id(self) -> str:
        """The hash of content and place: telling the same fact twice is telling it once."""
        return hashlib.sha256(repr(self).encode()).hexdigest()
