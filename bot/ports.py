"""The shapes that the outside world is poured into: one Protocol for each kind of adapter.

An adapter implements one Protocol and imports nothing of its neighbours; the tables that name
the adapters live in `app`. Every method says what it raises: what is a stack's fault comes back
as a value, what a person must mend raises a `StackmatrixError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.core.facts import Body, Fact
from bot.core.metadata import Metadata
from bot.core.model import (
    Closure,
    Conflict,
    Failure,
    Json,
    Link,
    Pin,
    Probe,
    Requirements,
    Role,
)
from bot.core.report import Report
from bot.heralds import Bulk as Bulk  # noqa: PLC0414 - the shapes of sources are on a page of their own
from bot.heralds import Claims as Claims  # noqa: PLC0414 - as above
from bot.heralds import Registry as Registry  # noqa: PLC0414 - as above
from bot.heralds import Source as Source  # noqa: PLC0414 - as above


class Solver(Protocol):
    """Turns requirements into a closure."""

    def close(self, asked: Requirements) -> Closure | Conflict:
        """Resolve; a contradiction is a `Conflict`, an unreachable index a `SourceError`."""
        ...

    def requires(self, closure: Closure, interpreter: str) -> Mapping[str, frozenset[str]]:
        """Which packages of `closure` each of them requires; empty where nobody can tell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a cell and all its processes may use: seconds per phase, bytes of memory."""

    install_seconds: float = 600.0
    start_seconds: float = 90.0
    memory_bytes: int = 4 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A finished conversation with a guest: why the process ended, and what it printed."""

    returncode: int | None
    log: bytes
    stopped_by: str = ""  # "", "timeout", "out of memory"


class Room(Protocol):
    """An environment with a closure installed: files in, one guest process at a time, files out."""

    @property
    def path(self) -> Path:
        """The folder of the room."""
        ...

    @property
    def python(self) -> Path:
        """The interpreter in it."""
        ...

    def talk(
        self,
        job: Json,
        hear: Callable[[Json], float],
        *,
        seconds: float,
        memory_bytes: int,
    ) -> Talk:
        """Run the guest (`guest/main.py`, copied in) on `job` and hear its JSON lines.

        `hear` gets each line as it comes and returns how many seconds the next may take;
        `seconds` is the patience for the first one. Past it the process group is killed. Lines
        come over a descriptor of their own: what engines print goes to the log.
        """
        ...


class Env(Protocol):
    """A way to make rooms, and what it promises about them."""

    @property
    def name(self) -> str:
        """Its word in reports: `uv`, `docker`, `node`, `existing`."""
        ...

    def promises(self) -> Mapping[str, str]:
        """What a cell is guarded from here and what it is not: `network`, `home`, `token`..."""
        ...

    def open(
        self, closure: Closure, *, interpreter: str, limits: Limits, fresh: bool
    ) -> AbstractContextManager[Room | Failure]:
        """Install `closure` into a room; a failed installation is a `Failure` value.

        With `fresh` nothing that an earlier room left behind is used.
        """
        ...


class Pages(Protocol):
    """What a distribution holds, file by file."""

    @property
    def files(self) -> Mapping[str, str]:
        """The digest of every file, by its path."""
        ...

    def text(self, path: str) -> str:
        """Return one file as text; "" for what is none."""
        ...


class Shelf(Protocol):
    """Unpacked wheels, at hand before anybody asks for a room with them."""

    def declared(
        self, closure: Closure, *, interpreter: str, limits: Limits, build: bool = True
    ) -> Mapping[str, Metadata] | Failure:
        """Put `closure` on the shelf; what each distribution declares, by its normal name.

        What has no wheel is built only where `build` says so.
        """
        ...

    def pages(self, pin: Pin, *, interpreter: str) -> Pages | None:
        """Open a distribution that was put there; None where it was not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that ended: its exit code (None when it was killed) and the end of its output."""

    returncode: int | None
    output: str


class Shell(Protocol):
    """Runs one command of ours, such as the two lines that a proof prints."""

    @property
    def index_args(self) -> tuple[str, ...]:
        """The flags by which `uv` finds what it finds here, beyond a user's own settings."""
        ...

    def run(
        self,
        argv: Sequence[str],
        *,
        files: Mapping[str, bytes],
        seconds: float,
        again: bool = False,
    ) -> Ran:
        """Run `argv` in an empty folder holding `files`, with no token and no home.

        What is run `again`, or is of what was fetched before, asks nobody where that will do.
        """
        ...


class Driver(Protocol):
    """The host half of a component that can be exercised: what to install, which guest to send."""

    @property
    def name(self) -> str:
        """What `driver` in matrix.yaml calls it."""
        ...

    @property
    def guest(self) -> str:
        """The guest module that is sent into the cell."""
        ...

    @property
    def asks(self) -> frozenset[str]:
        """The kinds of question it has a part in: `chat`, `render`, `encode`, `replay`, ..."""
        ...

    @property
    def role(self) -> Role:
        """What it does in the chain."""
        ...

    @property
    def package(self) -> str:
        """The package of the index that brings it; empty where it is the driver's own name."""
        ...

    @property
    def source(self) -> str:
        """Where its releases are announced: `pypi`, `npm`, or empty where it has none."""
        ...

    @property
    def upstream(self) -> str:
        """The project that hears of what breaks in it."""
        ...

    @property
    def suite(self) -> tuple[str, ...]:
        """The probe families that it is asked where nobody chose others."""
        ...

    @property
    def big(self) -> bool:
        """Whether it is run on demand only: gigabytes, or minutes to start."""
        ...

    @property
    def backends(self) -> tuple[str, ...]:
        """What it can compute on; see `core.backends`."""
        ...

    def on(self, backend: str) -> Driver:
        """The same driver, set up for `backend`; one that cannot compute there comes as it is."""
        ...

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The requirements that put `version` into a room, exact pin first."""
        ...

    def setup(self, model: Path, options: Mapping[str, Json]) -> Json:
        """What the guest needs to know to start: paths of the model, `options` of matrix.yaml."""
        ...

    def files(self, model: Path) -> Mapping[str, Path]:
        """Files that a proof needs beside it, by name: the model, a tokenizer."""
        ...

    def serve(self) -> str:
        """Plain Python for a proof that starts the component and sets `base_url`, or nothing."""
        ...

    def show(self, probe: Probe, link: Link) -> str:
        """Plain Python for a proof that sets `seen` to the value at `link`, asking `REQUEST`.

        Empty where this component does not show that link.
        """
        ...


Job = TypeVar("Job")
Done = TypeVar("Done")


class Runner(Protocol):
    """Works through jobs, several at once."""

    def run(self, jobs: Iterable[Job], work: Callable[[Job], Done]) -> Iterator[tuple[Job, Done]]:
        """Yield each job with its result as it finishes; an exception of `work` is raised here."""
        ...


class Errands(Runner, Protocol):
    """A runner whose jobs are long walks, and can ask on the way whether to go on."""

    @property
    def stopped(self) -> bool:
        """Whether nobody waits for them any more."""
        ...


class Tracker(Protocol):
    """Carries a draft towards the responsible project, as far as the user allows."""

    def deliver(self, name: str, title: str, body: str, attachments: Mapping[str, bytes]) -> str:
        """Hand over one draft (idempotent by `name`); returns where it can be read."""
        ...


class Renderer(Protocol):
    """Writes the report in one format."""

    @property
    def name(self) -> str:
        """The name of the format."""
        ...

    def render(self, report: Report) -> Mapping[str, str]:
        """Return the files of this format, text by relative path."""
        ...


class Progress(Protocol):
    """Tells a person how far long work has come."""

    def begin(self, step: str, total: int) -> None:
        """A step starts, or goes on with `total` more pieces; 0: nobody knows how many."""
        ...

    def start(self, step: str, label: str) -> None:
        """One piece of the step begins to run."""
        ...

    def advance(self, step: str, label: str) -> None:
        """One piece of the step is done."""
        ...

    def note(self, line: str) -> None:
        """Say one line that a person should see."""
        ...


class Ledger(Protocol):
    """Append-only facts, in order, and content-addressed blobs."""

    def tell(self, body: Body, *, job: str, attempt: int = 0) -> Fact:
        """Append one fact to the present run, durably (what cells show: within a moment)."""
        ...

    def facts(self) -> tuple[Fact, ...]:
        """Every fact, ordered by (run, job, attempt) and then by when it was told."""
        ...

    def keep(self, content: bytes) -> str:
        """Store a blob and return its name, the sha256 of its content."""
        ...

    def blob(self, name: str) -> bytes | None:
        """Return a blob, or None when it has expired."""
        ...
