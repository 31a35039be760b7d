"""What a person sees while it works: one line a step, with what is done and what is left."""

from __future__ import annotations

from typing import Self

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


class Display:
    """Draws progress on a terminal; elsewhere it says one line a step; `quiet` says nothing."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        """Draw on `console` (standard error, so that results can be piped)."""
        self._console = console
        self._quiet = quiet
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description:8}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[label]}", style="dim"),
            console=console,
            disable=quiet or not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begin(self, step: str, total: int) -> None:
        """A step starts; 0 means that nobody knows how much it will be."""
        self._tasks[step] = self._bars.add_task(step, total=total or None, label="")
        if not self._quiet and not self._console.is_terminal:
            self._console.print(f"{step}: {total or '...'}", highlight=False)

    def advance(self, step: str, label: str) -> None:
        """One piece is done; `label` says which."""
        if step in self._tasks:
            self._bars.update(self._tasks[step], advance=1, label=label[:60])

    def note(self, line: str) -> None:
        """Say one line above the bars."""
        if not self._quiet:
            self._console.print(f"note: {line}", style="yellow", highlight=False, markup=False)
