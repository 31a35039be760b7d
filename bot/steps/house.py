"""Everything the steps work with, in one frozen bundle of ports; `app` builds it.

The steps never learn which adapters they hold: they see the Protocols of `ports` and the pure
words of `core`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from packaging.utils import canonicalize_name

from bot.core.backends import CPU
from bot.core.difference import Comparator
from bot.core.facts import Body, CellDone, Fact
from bot.core.form import Target
from bot.core.fresh import overdue
from bot.core.matrix import Matrix, Row
from bot.core.memory import Memory
from bot.core.model import Cell, Probe
from bot.core.security import Danger
from bot.ports import (
    Claims,
    Driver,
    Env,
    Errands,
    Ledger,
    Limits,
    Progress,
    Renderer,
    Runner,
    Shell,
    Solver,
    Source,
    Tracker,
)

USUAL = "pypi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What a row of packages of one source is closed and run with.

    `obstacle` says why none of it can be, here: a tool that this machine does not have.
    """

    solver: Solver
    env: Env
    obstacle: str = ""
    url: str = ""  # of the server that is asked, where one runs already
    word: str = ""  # tells its closures from those of the same questions asked elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The ports, the matrix, and what the ledger remembers."""

    matrix: Matrix
    bot: str
    suite: str
    platform: str
    probes: Mapping[str, tuple[Probe, ...]]
    models: Mapping[str, Path]
    sources: Mapping[str, Source]
    solver: Solver
    drivers: Mapping[str, Driver]
    env: Env
    runner: Runner
    tracker: Tracker
    renderers: tuple[Renderer, ...]
    shell: Shell
    ledger: Ledger
    memory: Memory
    comparators: Mapping[str, Comparator]
    progress: Progress
    clock: Callable[[], datetime]
    run: int
    declared: Claims | None = None  # what releases declare, without installing them
    stored: Callable[[], frozenset[str]] = frozenset  # how closures begin that are installed here
    errands: Errands | None = None  # asks many sources at a time; else `runner` does
    kits: Mapping[str, Kit] = field(default_factory=dict)  # by source, where not the usual one
    targets: Mapping[str, Target] = field(default_factory=dict)  # what is known of projects
    dangers: tuple[Danger, ...] = ()  # rules of what may be no matter for the public
    vault: Tracker | None = None  # where such drafts are kept; else beside the others
    worker: str = ""  # where cells run: a host and a process there
    pause: Callable[[float], None] = lambda _: None  # seconds, before the machine is tried again
    away: Callable[[House, tuple[Cell, ...]], None] | None = None  # runs whole cells elsewhere
    source: str = USUAL  # whose packages `solver` and `env` are for
    places: Mapping[tuple[str, str], Kit] = field(default_factory=dict)  # by row and backend
    lacks: Mapping[str, str] = field(default_factory=dict)  # backends that are not here, and why
    machine: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # by backend
    backend: str = CPU
    word: str = ""
    url: str = ""
    barred: str = ""  # why nothing of the row that this house is `within` can be tried here

    def within(self, row: str, backend: str = CPU) -> House:
        """Return this house with the solver and the environment of a row on a backend."""
        source = self.kind(self.row(row).components[0])
        kit = self.places.get((row, backend)) or self.kits.get(source)
        if kit is None:
            return replace(self, backend=backend)
        return replace(
            self,
            solver=kit.solver,
            env=kit.env,
            source=source,
            backend=backend,
            word=kit.word,
            url=kit.url,
            barred=kit.obstacle,
        )

    def at(self, cell: Cell) -> House:
        """Return this house as a cell needs it."""
        return self.within(cell.row, cell.backend)

    def kind(self, component: str) -> str:
        """Return the source that decides how a component's package is named and installed."""
        source = self.matrix.components[component].source
        return source if source in self.kits else USUAL

    def obstacle(self, source: str) -> str:
        """Return why packages of `source` cannot be tried on this machine, or nothing."""
        return self.kits[source].obstacle if source in self.kits else ""

    def pinned(self, component: str) -> str:
        """Return the name that a closure has for the package of a component."""
        package = self.matrix.components[component].package
        return canonicalize_name(package) if self.kind(component) == USUAL else package

    def scheme(self, row: str) -> str:
        """Return the order that the versions of a row's packages have."""
        return self.matrix.components[self.row(row).components[0]].scheme

    def tell(self, body: Body, *, job: str, attempt: int = 0) -> Fact:
        """Append a fact and remember it."""
        fact = self.ledger.tell(body, job=job, attempt=attempt)
        self.memory.add(fact)
        return fact

    def row(self, name: str) -> Row:
        """Return the row of that name."""
        return next(row for row in self.matrix.rows if row.name == name)

    def driver(self, component: str) -> Driver:
        """Return the driver that exercises a component, on this backend."""
        return self.drivers[self.matrix.components[component].driver].on(self.backend)

    def requirements(self, cell_or_stack: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        """Return the exact requirements that put a stack into a room."""
        return tuple(
            requirement
            for name, version in cell_or_stack
            for requirement in self.driver(name).requirements(
                self.matrix.components[name].package, version
            )
        )

    def limits(self) -> Limits:
        """What a cell may use."""
        allowance = self.matrix.allowance
        return Limits(
            install_seconds=allowance.install_seconds,
            start_seconds=allowance.start_seconds,
            memory_bytes=allowance.memory_bytes,
        )

    def _moved(self, cell: Cell, done: CellDone) -> bool:
        """Whether a cell was asked in another environment: what is compared ran in one kind."""
        return done.environment != self.at(cell).env.name

    def needs(self, cell: Cell) -> tuple[Probe, ...]:
        """Return the probes of a cell that are to be asked here.

        A cell whose hardware or image is not here waits for a machine that has it.
        """
        waits = cell.backend in self.lacks or self.at(cell).barred
        return () if waits else self.unanswered(cell)

    def unanswered(self, cell: Cell) -> tuple[Probe, ...]:
        """Return the probes of a cell that no finished attempt has answered yet.

        A cell of a release that was yanked is asked all of them once more.
        """
        known = self.memory.cells.get(cell.key)
        probes = self.probes[cell.row]
        if self.memory.again(cell):
            return probes
        if known is None or known.done is None or self._moved(cell, known.done):
            return probes
        if known.stopped is not None:
            again = known.stopped.failure.reason.passes or self.overdue(known.ended)
            return probes if again else ()
        return tuple(
            probe
            for probe in probes
            if probe.digest not in known.seen
            or self.overdue(known.asked(probe.digest))
            or self.doubted(cell.key, probe.digest)
        )

    def doubted(self, cell: str, probe: str) -> bool:
        """Whether an answer was carried past a change that has been seen to reach such probes."""
        known = self.memory.cells.get(cell)
        carried = known.carried(probe) if known else None
        return carried is not None and not self.memory.doubted.isdisjoint(carried.moved)

    def overdue(self, asked: int, now: int = 0) -> bool:
        """Whether an answer of the run `asked` was too old in the run `now`, or is in this one."""
        moments = [self.memory.runs.get(run) for run in (asked, now or self.run)]
        then, here = (one.at if one else None for one in moments)
        return overdue(self.matrix.fresh_days, then, here)

    def aged(self, cell: Cell) -> int:
        """Return the oldest run of the answers for whose age `cell` is asked; 0: it has others."""
        known = self.memory.cells.get(cell.key)
        if known is None or known.done is None or self._moved(cell, known.done):
            return 0
        if self.memory.again(cell):
            return 0
        if known.stopped is not None:
            return 0 if known.stopped.failure.reason.passes else known.ended
        asked = [one.digest for one in self.unanswered(cell)]
        if any(self.doubted(cell.key, probe) for probe in asked):
            return 0
        return min(map(known.asked, asked), default=0)
