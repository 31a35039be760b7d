"""`stackmatrix serve`: the last report in a browser, from a server on this machine only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from bot.effects.serving import served
from bot.errors import UsageError
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal

INDEX = "index.html"


def serve(reports: Path, port: int, listening: Callable[[str], None]) -> None:
    """Serve a report until a person says so (Ctrl-C).

    Raises `UsageError` where there is no report, or nothing can listen.
    """
    if not (reports / INDEX).is_file():
        cure = "run `stackmatrix run` first, or name the folder with --reports"
        raise UsageError(f"there is no report at {reports / INDEX}", cure=cure)
    with served(reports, port) as address, suppress(KeyboardInterrupt):
        listening(address)
        threading.Event().wait()


@click.command("serve", epilog=epilog("serve"))
@click.option("--reports", default="reports", show_default=True, help="Where the report lies.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.pass_obj
def command(terminal: Terminal, /, *, reports: str, port: int) -> Said:
    """Show the last report in a browser of this machine.

    Nobody else can reach it; Ctrl-C ends it.
    """
    quiet = False
    with terminal.display(quiet) as display:
        serve(Path(reports), port, lambda url: display.note(f"the report is at {url}"))
    return Said()
