"""What a report says, before any format: the delta first, then findings, then the matrix.

>>> Tally(good=3, bad=1).text
'3 good, 1 bad'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.brakes import Brake
from bot.core.model import Cell, Json, Link, Release
from bot.core.outcome import Explanation, Outcome, Verdict
from bot.core.stats import NONE, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many probes of a cell are which."""

    good: int = 0
    bad: int = 0
    grey: int = 0
    carried: int = 0  # of all of them: taken over from another cell

    @property
    def text(self) -> str:
        """Say it in words, leaving out what is zero."""
        named = (("good", self.good), ("bad", self.bad), ("not told", self.grey))
        told = ", ".join(f"{count} {name}" for name, count in named if count) or "no probes"
        return f"{told} ({self.carried} carried over)" if self.carried else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One probe in one cell: its outcome, the baseline's, and the verdict on the two."""

    probe: str
    outcome: Outcome
    before: Outcome | None
    verdict: Verdict
    signature: str = ""
    seen: tuple[tuple[Link, Json], ...] = ()
    expected: tuple[tuple[Link, Json], ...] = ()
    log: str = ""
    note: str = ""  # what else a reader should know of how it came about


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a cell was in one run; `word` is `good` for each of the good words."""

    run: int
    at: datetime
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One trial on the way to an explanation: what was pinned, and what it showed."""

    pinned: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """A thing that is upgraded: what it is, whose, and its releases, oldest first."""

    name: str
    role: str
    package: str
    upstream: str
    source: str
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """A cell of the matrix with its results; `cell` is None where no closure exists.

    `word` is the worst verdict in it (or `baseline`), `trigger` is what asked for the cell.
    """

    name: str
    row: str
    trigger: str
    cell: Cell | None
    against: str
    word: str
    tally: Tally
    results: tuple[Result, ...]
    environment: str = ""
    device: str = ""  # where the engine said that it computed
    conflict: str = ""
    executed: bool = False
    seconds: float = 0.0
    image: str = ""
    containers: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str], ...] = ()  # package, version in baseline, version here
    backend: str = ""
    drift: float | None = None  # nats that log-probabilities are from the baseline's, at most
    history: tuple[Past, ...] = ()  # of the same row, trigger and backend, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One cause: where it shows, what explains it, its smallest proof and its draft."""

    finding: str
    row: str
    cell: str
    verdict: Verdict
    probes: tuple[str, ...]
    link: Link | None
    signature: str
    diff: str
    explanation: Explanation | None = None
    repro: str = ""
    repro_name: str = ""
    fails: str = ""
    passes: str = ""
    verified: bool = False
    target: str = ""
    draft: str = ""
    thread: str = ""  # the address of the issue that it became, or was linked to
    state: str = ""  # where its life stands, once there is a thread
    swap: tuple[tuple[str, str], ...] = ()  # link, and what its stage makes of good values
    tested: tuple[Tested, ...] = ()  # on the way to the explanation
    also: tuple[str, ...] = ()  # further rows where it shows
    because: str = ""  # what stands behind the expectation: a specification, a promise
    declared: str = ""  # the declared minimum that does not hold: no release is at fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What changed since the run before: names of findings, and releases not seen before.

    `withdrawn` are releases that cells had and that were yanked, or vanished, since.
    """

    newly_broken: tuple[str, ...] = ()
    newly_fixed: tuple[str, ...] = ()
    newly_flaky: tuple[str, ...] = ()
    still_broken: tuple[str, ...] = ()
    releases: tuple[Release, ...] = ()
    withdrawn: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that changed in a run; `name` is a finding, or the place of what is flaky."""

    run: int
    at: datetime
    kind: str
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that any format draws. `canonical` forms of equal runs are equal."""

    title: str
    run: int
    at: datetime
    bot: str
    suite: str
    delta: Delta
    findings: tuple[FindingView, ...]
    cells: tuple[CellView, ...]
    upstreams: Mapping[str, str] = field(default_factory=dict)
    promises: Mapping[str, str] = field(default_factory=dict)
    executed: int = 0
    repeats: Rate = NONE  # questions answered in two ways, of all asked twice
    model: str = ""
    model_digest: str = ""  # of the names and contents of its files
    brakes: tuple[Brake, ...] = ()  # what became of what was filed, by target
    components: tuple[ComponentView, ...] = ()
    changes: tuple[Change, ...] = ()  # of the last runs, newest first
    withheld: int = 0  # findings that may be no matter for the public
    withheld_new: int = 0  # and those of them that are newly broken
    config: str = "matrix.yaml"
    lines: Mapping[str, int] = field(default_factory=dict)  # of components and stacks in it
    platform: str = ""  # operating system and processor, as the environment told them

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the rows, in the order of the matrix."""
        return tuple(dict.fromkeys(cell.row for cell in self.cells))
