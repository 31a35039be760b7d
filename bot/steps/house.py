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

from bot.core.difference import Comparator
from bot.core.facts import Body, Fact
from bot.core.matrix import Matrix, Row
from bot.core.memory import Memory
from bot.core.model import Cell, Probe
from bot.ports import (
    Driver,
    Env,
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
    kits: Mapping[str, Kit] = field(default_factory=dict)  # by source, where not the usual one
    worker: str = ""  # where cells run: a host and a process there
    pause: Callable[[float], None] = lambda _: None  # seconds, before the machine is tried again
    away: Callable[[House, tuple[Cell, ...]], None] | None = None  # runs whole cells elsewhere
    source: str = USUAL  # whose packages `solver` and `env` are for

    def within(self, row: str) -> House:
        """Return this house with the solver and the environment of a row's packages."""
        source = self.kind(self.row(row).components[0])
        kit = self.kits.get(source)
        if kit is None:
            return self
        return replace(self, solver=kit.solver, env=kit.env, source=source)

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
        """Return the driver that exercises a component."""
        return self.drivers[self.matrix.components[component].driver]

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

    def needs(self, cell: Cell) -> tuple[Probe, ...]:
        """Return the probes of a cell that no finished attempt has answered yet."""
        known = self.memory.cells.get(cell.key)
        probes = self.probes[cell.row]
        if known is None or known.done is None:
            return probes
        if known.stopped is not None:
            return probes if known.stopped.failure.reason.spurious else ()
        return tuple(probe for probe in probes if probe.digest not in known.seen)
