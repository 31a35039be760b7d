"""The contract between a plan and whoever runs it: a job file in, a bundle out.

A job file holds everything that a machine with stackmatrix installed needs: cells with their
closures, the probes that they are asked, limits, and by which digests it can be checked. A bundle
is what comes back: facts of those cells and the blobs that they name. Nothing else crosses.

>>> from bot.core.model import Closure
>>> cell = Cell(row="chat", components=(("openai", "3.54"),), closure=Closure(pins=()),
...             backend="cpu", model="tiny-chat", interpreter="3.11")
>>> Task(cell=cell, probes=()).seconds
30.0
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.matrix import Allowance, Model, Row
from bot.core.model import Cell, Component, Probe

UNKNOWN_SECONDS = 30.0  # what a cell is expected to take of which nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One cell of a job: the digests of its probes, and the number that its first attempt has.

    `seconds` is what it is expected to take; `environment` is the word of the kind of room.
    """

    cell: Cell
    probes: tuple[str, ...]
    attempt: int = 0
    seconds: float = UNKNOWN_SECONDS
    environment: str = "uv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The content of a job file. `run`, `config` and `suite` say whose facts will come of it."""

    name: str
    run: int
    bot: str
    config: str
    suite: str
    index: str
    limits: Allowance
    model: Model
    components: tuple[Component, ...]
    rows: tuple[Row, ...]
    probes: tuple[Probe, ...]
    tasks: tuple[Task, ...]
    others: tuple[Model, ...] = ()  # that rows name instead of `model`

    @property
    def seconds(self) -> float:
        """What all its cells are expected to take, one after the other."""
        return sum(task.seconds for task in self.tasks)

    def asked(self, task: Task) -> tuple[Probe, ...]:
        """Return the probes of `task`."""
        known = {probe.digest: probe for probe in self.probes}
        return tuple(known[name] for name in task.probes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a bundle says of itself: whose job it did, where, and which cells that was to be."""

    job: str
    run: int
    bot: str
    config: str
    suite: str
    worker: str
    platform: str
    cells: tuple[str, ...]
