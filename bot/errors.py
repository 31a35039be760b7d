"""Every way stackmatrix itself refuses to go on, one class each, with an exit code and a cure.

What a stack does wrong is a value (see `core.outcome`); only what a person must mend raises::

    StackmatrixError                 exit 1 is never used by an error: it means "newly broken"
    ├── UsageError            2      a flag or an argument
    ├── ConfigError           3      matrix.yaml, the suite or a requirements file
    ├── SourceError           4      a release source does not answer
    │   ├── UnknownPackageError
    │   └── ForeignAnswerError
    ├── MissingToolError      5      no tool to build an environment with
    ├── LedgerError           6      the state folder is damaged or held by another run
    │   └── BranchError              the branch that keeps it cannot be read or written
    ├── SuiteError            7      a golden or the model is not what its digest says
    │   └── UnknownProbeError
    ├── BundleError           8      a job file or a bundle cannot be used
    └── InterruptedByPersonError 130      Ctrl-C: what was done is kept

Exit code 0 means that nothing is newly broken, 1 that something is; 70 is a bug of ours.
"""

from __future__ import annotations

from dataclasses import dataclass


class StackmatrixError(Exception):
    """Root of the tree: a message that says where and what, and a cure that says how to mend it."""

    exit_code = 70

    def __init__(self, message: str, *, cure: str = "") -> None:
        """Keep `message` (one sentence, with the place) and `cure` (what to do now)."""
        super().__init__(message)
        self.message = message
        self.cure = cure


class UsageError(StackmatrixError):
    """A flag or an argument that cannot be used as given."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a file a person wrote; `line` and `column` count from 1, 0 is unknown."""

    file: str
    line: int
    column: int
    what: str
    cure: str

    def __str__(self) -> str:
        """Render as `file:line:column: what (cure)`, which editors make clickable."""
        return f"{self.file}:{self.line}:{self.column}: {self.what}\n    mend: {self.cure}"


class ConfigError(StackmatrixError):
    """All that is wrong in the configuration, at once, each with its place and its cure."""

    exit_code = 3

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep every problem; the message lists them in file order."""
        ordered = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.what)))
        super().__init__("\n".join(str(problem) for problem in ordered))
        self.problems = ordered


class SourceError(StackmatrixError):
    """A release source could not be read, and nothing earlier is known to go on with."""

    exit_code = 4


class UnknownPackageError(SourceError):
    """A release source answers, and knows no package of that name."""


class ForeignAnswerError(SourceError):
    """A release source answers, in another format than the one it was asked for."""


class MissingToolError(StackmatrixError):
    """A tool that environments are built with is not on this machine."""

    exit_code = 5


class LedgerError(StackmatrixError):
    """The state folder cannot be read, or another run holds it."""

    exit_code = 6


class BranchError(LedgerError):
    """The branch that keeps the state cannot be read or written; the state folder is whole."""


class SuiteError(StackmatrixError):
    """A file of the golden suite is not what its digest says, or a probe cannot be understood."""

    exit_code = 7


class UnknownProbeError(SuiteError):
    """A suite in which everything can be read, and that has no probe or family of that name."""


class BundleError(StackmatrixError):
    """A job file or a bundle is damaged, or is none of this run's."""

    exit_code = 8


class InterruptedByPersonError(StackmatrixError):
    """A person pressed Ctrl-C; everything observed so far is in the ledger."""

    exit_code = 130
