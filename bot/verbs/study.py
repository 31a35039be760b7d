"""`stackmatrix study`: questions that were registered before they were asked, and their answers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from bot.app import Options, remembered
from bot.config.studies import names, registered
from bot.config.tree import meant
from bot.core.facts import RunEnded, RunStarted
from bot.core.model import Json
from bot.core.registered import Registered
from bot.core.stats import Rate
from bot.effects.clock import now
from bot.effects.files import put
from bot.errors import UsageError
from bot.ledger.files import FileLedger
from bot.ledger.recall import memory_of
from bot.ports import Progress
from bot.steps.house import House
from bot.steps.repeats import cells_of
from bot.steps.studying import drawn, pairs
from bot.studies.reproducibility import LEVELS, Found, Pair, found
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options

FOLDER = "studies"  # below the state, and below the reports
COLUMNS = ("arm", "row", "cell", "other", "probe", "level", "link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """What a study came to: every pair, and what each arm comes to."""

    study: Registered
    pairs: tuple[Pair, ...]
    found: tuple[Found, ...]


def study(options: Options, name: str, progress: Progress, rows: Sequence[str] = ()) -> Studied:
    """Ask what a study wants to know of the cells of the last run, all or those of `rows`.

    Raises `UsageError` where no run has ended, or there is no such study or stack.
    """
    wanted = registered(name)
    last = remembered(options, progress)
    known = {row.name for row in last.matrix.rows}
    for row in rows:
        if row not in known:
            what = f"there is no stack `{row}`"
            raise UsageError(what, cure=meant(row, sorted(known)))
    with _opened(options.state / FOLDER / name, last) as house:
        cells = [
            cell
            for cell in cells_of(last)
            if cell.backend not in last.lacks and (not rows or cell.row in rows)
        ]
        told = tuple(pairs(house, wanted, drawn(house, wanted, cells)))
    return Studied(study=wanted, pairs=told, found=found(wanted.arms, told))


@contextmanager
def _opened(root: Path, last: House) -> Iterator[House]:
    """The house of the last run over the ledger of the study."""
    with FileLedger.open(root) as ledger:
        started = RunStarted(at=now(), bot="study", config=now().isoformat(), suite=last.suite)
        run = ledger.begin(started)
        house = replace(last, ledger=ledger, memory=memory_of(ledger), run=run, clock=now)
        yield house
        house.tell(RunEnded(newly_broken=0), job="run")


@click.command("study", epilog=epilog("study"))
@click.argument("name", required=False)
@click.option("--stack", "stacks", multiple=True, help="Only this stack; may be said again.")
@matrix_options
@talk_options
@click.pass_obj
def command(
    terminal: Terminal,
    /,
    *,
    name: str | None,
    stacks: tuple[str, ...],
    **given: Any,  # noqa: ANN401
) -> Said:
    """Ask what was registered, of every cell of the last run.

    Without NAME the studies are listed. One that is interrupted goes on where it was. The result,
    every pair and the hash of the registration are written to REPORTS/studies/.
    """
    quiet, as_json = given["quiet"], given["as_json"]
    if name is None:
        rows = tuple((each, registered(each).question) for each in names())
        listed: Json = [{"study": each, "question": question} for each, question in rows]
        return Said(header=("study", "question"), rows=rows, json=listed, as_json=as_json)
    options = options_of(given)
    with terminal.display(quiet) as display:
        told = study(options, name, display, stacks)
    files = _written(options.reports / FOLDER, told)
    return Said(
        header=("arm", "pairs", *(level.value for level in LEVELS), "failed", "verdict"),
        rows=tuple(_row(each) for each in told.found),
        lines=tuple(f"written: {file}" for file in files),
        json=document(told),
        as_json=as_json,
        quiet=quiet,
    )


def _row(each: Found) -> tuple[str, ...]:
    counts = [str(rate.hits) if each.asked else "" for rate in each.rates]
    asked = str(each.asked) if each.asked else ""
    return each.arm.name, asked, *counts, str(each.failed or ""), each.verdict


def document(told: Studied) -> Json:
    """Return the result as JSON: what was registered, and what each arm came to."""
    return {
        "study": told.study.study,
        "registered": told.study.digest,
        "question": told.study.question,
        "holds": told.study.holds,
        "arms": [_arm(each) for each in told.found],
    }


def _arm(each: Found) -> Json:
    levels = [level.value for level in LEVELS] if each.asked else []
    return {
        "arm": each.arm.name,
        "differs": each.arm.differs,
        "verdict": each.verdict,
        "pairs": each.asked,
        "failed": each.failed,
        "levels": {
            name: {"pairs": _rate(rate), "cells_with_less": _rate(less)}
            for name, rate, less in zip(levels, each.rates, each.cells, strict=False)
        },
        "first_parting": dict(each.links),
    }


def _rate(rate: Rate) -> Json:
    return {"hits": rate.hits, "total": rate.total, "low": rate.low, "high": rate.high}


def _written(folder: Path, told: Studied) -> tuple[Path, ...]:
    """Write the result and every pair; return the files."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([str(getattr(pair, column)) for column in COLUMNS] for pair in told.pairs)
    files = {
        folder / f"{told.study.study}.json": json.dumps(document(told), indent=1) + "\n",
        folder / f"{told.study.study}.csv": table.getvalue(),
    }
    for file, text in files.items():
        put(file, text.encode())
    return tuple(files)
