"""What a person sees while it works: done, running, left, and time to go, one line a step."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from bot.effects.clock import ticks

EVERY_SECONDS: Final = 10.0  # between two lines of the same step where there is no terminal


@dataclass(slots=True)
class _Step:
    """How far one step is; `total` is None as long as nobody knows how much it will be."""

    task: TaskID
    began: float
    told: float
    total: int | None = None
    done: int = 0
    running: list[str] = field(default_factory=list)

    def where(self) -> str:
        """Say it in a line: `3 of 22 done, 2 running, about 40 s to go`."""
        said = [f"{self.done} of {self.total} done" if self.total else f"{self.done} done"]
        said += [f"{len(self.running)} running"] if self.running else []
        if self.total and 0 < self.done < self.total:
            left = (ticks() - self.began) / self.done * (self.total - self.done)
            said.append(f"about {_lasting(left)} to go")
        return ", ".join(said)


class Display:
    """Draws progress on a terminal; elsewhere it says a line now and then; `quiet` says nothing.

    Cells are run on threads, so every method may be called from any of them.
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        """Draw on `console` (standard error, so that results can be piped)."""
        self._console = console
        self._quiet = quiet
        self._drawn = console.is_terminal and not console.is_dumb_terminal
        self._steps: dict[str, _Step] = {}
        self._turn = threading.RLock()
        label = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description:8}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[label]}", style="dim", markup=False, table_column=label),
            console=console,
            expand=True,
            disable=quiet or not self._drawn,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._turn:
            for name in self._steps if kind is None else ():
                self._settle(name)
        self._bars.stop()

    def begin(self, step: str, total: int) -> None:
        """Begin a step, or add `total` pieces to it; 0 means that nobody knows how much it is."""
        with self._turn:
            first = step not in self._steps
            if first:
                for before in self._steps:
                    self._settle(before)
                task = self._bars.add_task(step, total=None, label="")
                self._steps[step] = _Step(task=task, began=ticks(), told=ticks())
            here = self._steps[step]
            here.total = (here.total or 0) + total or None
            self._draw(here)
            if first and total:
                self._say(step, here)

    def start(self, step: str, label: str) -> None:
        """One piece begins to run; `label` says which."""
        with self._turn:
            if here := self._steps.get(step):
                here.running.append(label)
                self._draw(here)

    def advance(self, step: str, label: str) -> None:
        """One piece is done; `label` says which."""
        with self._turn:
            if here := self._steps.get(step):
                here.done += 1
                if label in here.running:
                    here.running.remove(label)
                self._draw(here, label)
                if ticks() - here.told >= EVERY_SECONDS:
                    self._say(step, here)

    def note(self, line: str) -> None:
        """Say one line above the bars."""
        if not self._quiet:
            self._console.print(f"note: {line}", style="yellow", markup=False, soft_wrap=True)

    def _draw(self, here: _Step, label: str = "") -> None:
        if here.running:
            label = f"{len(here.running)} running: {', '.join(dict.fromkeys(here.running))}"
        total = None if here.total is None else max(here.total, here.done)
        self._bars.update(here.task, total=total, completed=here.done, label=label)

    def _settle(self, name: str) -> None:
        """A later step has begun, so this one is through."""
        here = self._steps[name]
        here.running.clear()
        self._bars.update(here.task, total=here.done, completed=here.done, label="")

    def _say(self, name: str, here: _Step) -> None:
        here.told = ticks()
        if not self._quiet and not self._drawn:
            self._console.print(f"{name}: {here.where()}", soft_wrap=True)


def _lasting(seconds: float) -> str:
    """Return a rounded duration: people plan with it, nothing is computed from it."""
    if seconds < 90:  # noqa: PLR2004 - a minute and a half is where seconds stop to matter
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
