"""The matrix as a person configured it, after every name in it was found to mean something.

>>> Row(name="chat", components=("xllamacpp", "openai"), suite=("chat",)).backends
('cpu',)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.core.manners import Manners
from bot.core.model import Closure, Component
from bot.core.policy import Policy
from bot.core.urgency import Budget

NO_PYTHON = "none"  # the interpreter of a row whose packages are not Python's
TINY = "tiny-chat"  # the model that comes along


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What engines load: a folder at `path`, a commit of a hub, or the tiny one where it has none.

    `revision` is a commit (40 hex digits), `files` are patterns of the names to fetch (none: all).
    `sha256` is what a person says that its files are, and what they are once they were looked at.
    """

    name: str = TINY
    path: str = ""
    hub: str = ""
    revision: str = ""
    files: tuple[str, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stack to watch: its components in causal order, its suite, and where it runs.

    `env` and `image` are empty where those of the matrix hold. One of several images that a
    stack is crossed with makes a row of its own, which names its `stack`. So does each further
    interpreter or model: it stands `beside` the row that tries releases alone, and has cells of
    the strategies that promise what stands together.

    `lock` is what a lock of the user's pins: the baseline is at its versions, and what is in no
    row stays at them where nothing forbids it. All newest together lean to `head`, a second lock.
    """

    name: str
    components: tuple[str, ...]
    suite: tuple[str, ...]
    backends: tuple[str, ...] = ("cpu",)
    interpreter: str = "3.11"
    model: str = TINY
    model_digest: str = ""
    options: str = ""  # a hash of what its drivers are told besides
    baseline: tuple[tuple[str, str], ...] = ()
    lock: Closure | None = None
    head: Closure | None = None
    env: str = ""
    image: str = ""
    stack: str = ""
    strategy: tuple[str, ...] = ("alone", "newest")  # words of `core.strategy`
    beside: str = ""  # the row that this one is, on another interpreter or model
    existing: str = ""  # an interpreter or an address that the user names; nothing is installed

    @property
    def url(self) -> str:
        """The address of a server that runs already, "" where the row names none."""
        return self.existing if "://" in self.existing else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Cells that are left out, by version specifiers of components, with a reason and an owner.

    An exclusion does not hold where one of those named in `unless` does. `schemes` are
    those of its components whose versions are not of PEP 440.
    """

    name: str
    cells: tuple[tuple[str, str], ...]
    reason: str
    owner: str
    expires: date | None = None
    unless: tuple[str, ...] = ()
    schemes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Seconds per phase and bytes of memory that a cell may use, and how many run at once."""

    install_seconds: float = 600.0
    start_seconds: float = 120.0
    memory_bytes: int = 4 * 1024**3
    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Where cells run: `env` is `auto` or the word of an environment, `image` a base image.

    A cell that asks for docker where none answers runs in `fallback`, and nowhere without one.
    `certificates` is a bundle for whatever is fetched.
    """

    env: str = "auto"
    image: str = ""
    fallback: str = ""
    certificates: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All of matrix.yaml, and where in the file each name stands (line, column, from 1)."""

    title: str
    file: str
    index: str
    components: Mapping[str, Component]
    rows: tuple[Row, ...]
    suite: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    allowance: Allowance = Allowance()
    budget: Budget = field(default_factory=Budget)
    fresh_days: float | None = None  # how old a result may be; None: as old as its key holds
    impact: float | None = None  # the part asked of what could be carried over; None: all is asked
    policy: Policy = field(default_factory=Policy)
    manners: Manners = field(default_factory=Manners)
    model: Model = Model()
    others: tuple[Model, ...] = ()  # models that some rows name instead
    homes: Homes = Homes()
    cutoff: datetime | None = None
    closure_days: float = 1.0
    digest: str = ""
    places: Mapping[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict)

    def model_of(self, row: Row) -> Model:
        """Return the model that a row names; the usual one where nothing is named so."""
        return next((one for one in self.others if one.name == row.model), self.model)

    def place(self, *path: str | int) -> tuple[int, int]:
        """Return (line, column) of the closest place in the file that `path` leads to."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))
