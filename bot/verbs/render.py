"""`stackmatrix render`: the step that ends a run, or the last run of a ledger drawn once more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bot import pipeline
from bot.app import Options, remembered
from bot.ledger.packed import unpacked
from bot.ports import Progress
from bot.verbs.manual import STEPS, epilog
from bot.verbs.run import drawn
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options
from bot.verbs.step import step


def again(options: Options, ledger: Path, progress: Progress) -> tuple[Path, ...]:
    """Write the report of the last run of a ledger from its facts alone; return its files.

    Raises `LedgerError` where there is none, `UsageError` where it was asked something else.
    """
    with unpacked(ledger) as state:
        house = remembered(replace(options, state=state), progress)
        results = pipeline.judge(house)
        causes = pipeline.explain(house, results)
        return drawn(house, options, pipeline.render(house, results, causes), causes)


@click.command("render", help=STEPS["render"], epilog=epilog("render"))
@click.option("--ledger", help="Only draw the last run of this one: a folder, or an archive.")
@matrix_options
@talk_options
@click.pass_obj
def command(terminal: Terminal, /, *, ledger: str | None, **given: Any) -> Said:  # noqa: ANN401
    """Write the report; with --ledger, of a run that ended, from its facts alone."""
    options = options_of(given)
    with terminal.display(given["quiet"]) as display:
        if ledger is None:
            rows = step("render", options, display).rows
        else:
            rows = tuple((str(file),) for file in again(options, Path(ledger), display))
    return Said(
        header=("file",),
        rows=rows,
        json=[{"file": file} for (file,) in rows],
        as_json=given["as_json"],
        quiet=given["quiet"],
    )
