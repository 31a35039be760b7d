"""`stackmatrix show`: the last report again, in the terminal, without running anything."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot import pipeline
from bot.app import Options, remembered
from bot.core.canonical import canonical
from bot.core.model import Json
from bot.errors import UsageError
from bot.ports import Progress
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, talk_options


def last_report(reports: Path) -> Json:
    """Return the last report as JSON. Raises `UsageError` where there is none to read."""
    file = reports / "report.json"
    cure = "run `stackmatrix run` first, or name the folder with --reports"
    try:
        read: Json = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"there is no report at {file}", cure=cure) from None
    except ValueError as trouble:
        raise UsageError(f"{file} is not a report: {trouble}", cure=cure) from None
    return read


def last_run(options: Options, progress: Progress) -> str:
    """Return the canonical report of the last run that ended, made again from its facts alone.

    Two runs that came to the same have the same text, byte for byte. Raises `UsageError` where
    no run has ended, or where the configuration has changed since.
    """
    house = remembered(options, progress)
    results = pipeline.judge(house)
    return canonical(pipeline.render(house, results, pipeline.explain(house, results)))


def matrix(report: Json) -> tuple[tuple[str, ...], ...]:
    """Return row, trigger, verdict and tally of every cell."""
    return tuple(
        (str(cell["row"]), str(cell["trigger"]), str(cell["word"]), _tally(cell.get("tally")))
        for cell in _list(report, "cells")
    )


def _list(table: Json, key: str) -> list[dict[str, Json]]:
    items = table.get(key) if isinstance(table, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _tally(tally: Json) -> str:
    counts = tally if isinstance(tally, dict) else {}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def findings(report: Json) -> tuple[str, ...]:
    """Return one line for each finding: the verdict, the link, the culprits."""
    return tuple(_finding(each) for each in _list(report, "findings"))


def _finding(found: dict[str, Json]) -> str:
    named = " with ".join(
        f"{each['package']} ({each['last_good']}, {each['first_bad']}]"
        for each in _list(found.get("explanation"), "culprits")
    )
    return f"{found['verdict']} {found['row']} at {found['link']}: {named or 'no culprit named'}"


def broken(report: Json, how: str) -> int:
    """Return how many findings of a report `how` counts: `new` ones, `any`, or none for `never`.

    Those that are withheld count too: nobody is told of them, and all are warned.
    """
    delta = report.get("delta") if isinstance(report, dict) else None
    told = delta if isinstance(delta, dict) else {}
    hidden = report.get("withheld_new") if isinstance(report, dict) else 0
    new = len(_names(told, "newly_broken")) + (hidden if isinstance(hidden, int) else 0)
    return {"new": new, "any": new + len(_names(told, "still_broken")), "never": 0}[how]


def _names(table: dict[str, Json], key: str) -> list[Json]:
    items = table.get(key)
    return items if isinstance(items, list) else []


@click.command("show", epilog=epilog("show"))
@click.option("--reports", default="reports", show_default=True, help="Where reports are.")
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@click.option("--config", default="matrix.yaml", show_default=True, help="The matrix.")
@click.option("--canonical", is_flag=True, help="Print what equal runs agree on, from the ledger.")
@click.option(
    "--fail-on",
    type=click.Choice(["new", "any", "never"]),
    default="never",
    show_default=True,
    help="Exit with 1 as `run` does.",
)
@talk_options
@click.pass_obj
def command(  # noqa: PLR0913 - each by its name
    terminal: Terminal,
    /,
    *,
    reports: str,
    state: str,
    config: str,
    canonical: bool,
    fail_on: str,
    quiet: bool,
    as_json: bool,
) -> Said:
    """Show the last report again, without running anything."""
    if canonical:
        options = Options(config=Path(config), state=Path(state), reports=Path(reports))
        with terminal.display(quiet or canonical) as display:
            return Said(lines=(last_run(options, display).removesuffix("\n"),))
    report = last_report(Path(reports))
    return Said(
        header=("row", "trigger", "verdict", "probes"),
        rows=matrix(report),
        lines=findings(report),
        json=report,
        as_json=as_json,
        quiet=quiet,
        code=1 if broken(report, fail_on) else 0,
    )
