r"""What a probe came to in one cell, and what two such outcomes say to each other.

>>> Diverged(link=Link.PROMPT, diff="- a\n+ b").word
'diverged'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from bot.core.model import Link, Phase, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Every link that was looked at equals its golden; `unheld` ones had none to be held to.

    `noted` ones differ where nobody specified anything: a difference without a winner.
    """

    unheld: tuple[Link, ...] = ()
    noted: tuple[Link, ...] = ()
    word: str = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diverged:
    """The first link, in causal order, whose value differs; `shape` is the diff, normalised."""

    link: Link
    diff: str
    shape: str = ""
    word: str = "diverged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The probe, or the whole cell, stopped at `phase`."""

    phase: Phase
    reason: Reason
    message: str
    link: Link | None = None
    word: str = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolvable:
    """The cell cannot exist: its requirements contradict each other."""

    conflict: str
    word: str = "unsolvable"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """Nothing was asked, and why."""

    why: str
    word: str = "not run"


Outcome: TypeAlias = Passed | Diverged | Failed | Unsolvable | NotRun


class Verdict(StrEnum):
    """Two outcomes of the same probe, the baseline's and the candidate's, compared."""

    NEW = "new"
    REGRESSED = "regressed"
    FIXED = "fixed"
    STILL_GOOD = "still-good"
    STILL_BAD = "still-bad"
    CHANGED = "changed"
    FLAKY = "flaky"
    SPURIOUS = "spurious"
    INCONCLUSIVE = "inconclusive"

    @property
    def bad(self) -> bool:
        """Whether a person upgrading to this cell would be worse off than before."""
        return self in {Verdict.REGRESSED, Verdict.CHANGED}

    @property
    def flipped(self) -> bool:
        """Whether behaviour moved at all, for better or worse: worth an explanation."""
        return self in {Verdict.REGRESSED, Verdict.CHANGED, Verdict.FIXED}


class Ending(StrEnum):
    """Every way an explanation can end."""

    CONCLUSIVE = "conclusive"
    INTERVAL = "interval"
    HORIZON = "horizon"
    INTERACTION = "interaction"
    FLAKY = "flaky"
    UNEXPLAINED = "unexplained"
    NO_REGRESSION = "no-regression"


ABSENT = "(not installed)"


def compared(repo: str, old: str, new: str) -> str:
    """Return the page that shows what changed in `repo` between two commits or tags, or nothing.

    >>> compared("https://github.com/x/greet", "0a1b2c3", "4d5e6f7")
    'https://github.com/x/greet/compare/0a1b2c3...4d5e6f7'
    """
    if not repo or not old or not new:
        return ""
    middle = "/-/compare/" if "//gitlab." in repo else "/compare/"
    return "" if "//bitbucket." in repo else f"{repo}{middle}{old}...{new}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A source that is inside a package, or its own, and what it is at either side of an interval.

    `last_good` and `first_bad` are commits or tags where `commits` says so, else versions.
    """

    name: str
    repo: str
    last_good: str
    first_bad: str
    commits: bool = False

    @property
    def back(self) -> Inside:
        """The same interval from its other end."""
        return replace(self, last_good=self.first_bad, first_bad=self.last_good)

    @property
    def compare(self) -> str:
        """The page of the project that shows what lies between two commits, or nothing."""
        return compared(self.repo, self.last_good, self.first_bad) if self.commits else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """The interval inside an interval: development builds, and the commits they are of."""

    last_good: str
    first_bad: str
    gap: tuple[str, ...] = ()
    repo: str = ""
    commits: tuple[str, str] = ("", "")

    @property
    def compare(self) -> str:
        """The page of the project that shows what lies between both builds, or nothing."""
        return compared(self.repo, *self.commits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What the newest release of a culprit does: `fixed` where it is as the good end again.

    None of `fixed` and `still` holds where it shows a third thing.
    """

    package: str
    newest: str
    fixed: bool = False
    still: bool = False

    def __str__(self) -> str:
        """Say it in a line."""
        if self.fixed:
            return f"it is gone in {self.package} {self.newest}, the newest"
        how = "still there" if self.still else "yet another thing shows"
        return f"{how} in {self.package} {self.newest}, the newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """One upgrade of the guilty set: behaviour flips somewhere in (last_good, first_bad]."""

    package: str
    last_good: str
    first_bad: str
    yanked: bool = False
    inside: tuple[Inside, ...] = ()
    builds: Builds | None = None

    def __str__(self) -> str:
        """Say it in a few words."""
        yanked = " (yanked)" if self.yanked else ""
        old, new = self.last_good or ABSENT, self.first_bad or ABSENT
        return f"{self.package} {old} -> {new}{yanked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovesWith:
    """A package that could not stay behind when the culprit moved, and the requirement why."""

    package: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Cells an explanation ran, by purpose; `later` of newer releases, `builds` between two."""

    ends: int = 0
    search: int = 0
    confirm: int = 0
    speculative: int = 0
    later: int = 0
    builds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How an investigation ended: the guilty set, what moved along, and how sure it is (0..1)."""

    ending: Ending
    culprits: tuple[Culprit, ...] = ()
    moves_with: tuple[MovesWith, ...] = ()
    gaps: tuple[str, ...] = ()
    kind: str = ""
    signature: str = ""
    link: Link | None = None
    cost: Cost = Cost()
    limit: float = 0.0
    confidence: float = 0.0
    why: str = ""
    first_differs: bool = False
    later: tuple[Later, ...] = ()

    @property
    def sentence(self) -> str:
        """Say who did it, or why nobody is named."""
        if self.culprits:
            return f"{' with '.join(map(str, self.culprits))} did it"
        return f"{self.ending.value}: {self.why}" if self.why else self.ending.value
