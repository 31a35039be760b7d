"""What a verb has to say: lines and a table for people, JSON for programs, and an exit code.

A verb is a click command that returns a `Said`; `cli` prints it and ends the process with its
code. So a verb can be tested without a terminal, and there is one place that prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.text import Text

from bot.config.options import Options
from bot.core.model import Json
from bot.verbs.display import Display

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is printed: a table (header first), then lines; instead of both the JSON, if asked."""

    header: tuple[str, ...] = ()
    rows: tuple[tuple[str | Text, ...], ...] = ()
    lines: tuple[str | Text, ...] = ()
    json: Json = None
    as_json: bool = False
    quiet: bool = False
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """What `cli` hands to every verb as click's object: its ways to talk with a person.

    `display` makes a display for long work, quiet or not; `choose` shows lines and asks for one
    of several words; `hear` asks for a line of text.
    """

    display: Callable[[bool], Display]
    choose: Callable[[tuple[Text, ...], tuple[str, ...]], str]
    hear: Callable[[str], str]


def matrix_options(command: Command) -> Command:
    """The flags that every verb on a matrix takes."""
    for option in (
        click.option(
            "--env",
            type=click.Choice(["auto", "uv", "docker"]),
            envvar="STACKMATRIX_ENV",
            help="Where cells run, whatever the matrix says.",
        ),
        click.option("--offline", is_flag=True, help="Ask nobody: what was kept is all."),
        click.option("--workers", type=click.IntRange(1, 256), help="Cells at a time."),
        click.option("--cutoff", type=click.DateTime(["%Y-%m-%d"]), help="See no later release."),
        click.option("--reports", default="reports", show_default=True, help="Where reports go."),
        click.option("--state", default=".stackmatrix", show_default=True, help="The ledger."),
        click.option("--config", default="matrix.yaml", show_default=True, help="The matrix."),
    ):
        command = option(command)
    return command


def talk_options(command: Command) -> Command:
    """The flags that say how much is said, and in which form."""
    quiet = click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
    return quiet(as_json(command))


def options_of(given: dict[str, Any]) -> Options:
    """Gather the matrix flags into one value."""
    cutoff: datetime | None = given["cutoff"]
    return Options(
        config=Path(given["config"]),
        state=Path(given["state"]),
        reports=Path(given["reports"]),
        cutoff=cutoff.date() if cutoff else None,
        workers=given["workers"] or 0,
        offline=given["offline"],
        env=given["env"] or "",
    )
