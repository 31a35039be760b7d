"""`stackmatrix plan` and `stackmatrix execute`: alone, or cut into shards that run anywhere.

A shard is a job file. It is run with nothing but this file and an installed stackmatrix, and what
it writes is a bundle, which `stackmatrix merge` takes into the ledger.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from bot import pipeline
from bot.app import Options, opened
from bot.core.backends import BACKENDS
from bot.core.job import Job
from bot.core.model import Json
from bot.core.shards import MOST_SHARDS, cut
from bot.effects.files import put
from bot.effects.machine import worker
from bot.errors import UsageError
from bot.ledger.carry import opened as opened_bundle
from bot.ledger.door import read_job, write_job
from bot.ports import Progress
from bot.steps.urgent import chosen
from bot.verbs.jobs import job_of, perform, tasks_of
from bot.verbs.manual import STEPS, epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options
from bot.verbs.step import in_turn, step

JOBS: Final = "jobs"
_NAME = re.compile(r"shard-(\d+)\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One shard: its number from 1, its backend, the job, and the labels of who may run it."""

    number: int
    backend: str
    job: Job
    labels: tuple[str, ...]

    @property
    def json(self) -> dict[str, Json]:
        """Return the entry of this shard in the matrix of a GitHub workflow."""
        labels: list[Json] = [*self.labels]
        return {
            "shard": self.number,
            "name": self.job.name,
            "backend": self.backend,
            "runs-on": labels,
            "cells": len(self.job.tasks),
            "seconds": round(self.job.seconds),
        }


def sharded(
    options: Options, shards: int, folder: Path, labels: dict[str, tuple[str, ...]], say: Progress
) -> tuple[Shard, ...]:
    """Plan, cut what is to be run into at most `shards` shards, and write their job files.

    Job files of an earlier plan are taken away. Raises what planning raises.
    """
    with opened(options, say, whole=False) as house:
        in_turn("plan", house)
        pipeline.plan(house)
        parts = cut(tasks_of(house, chosen(house, anywhere=True)), shards)
        found = tuple(
            Shard(
                number=number,
                backend=backend,
                job=job_of(house, f"shard-{number:03}", tasks),
                labels=labels.get(backend, BACKENDS[backend].runs_on),
            )
            for number, (backend, tasks) in enumerate(parts, start=1)
        )
    for old in folder.glob("shard-*.json"):
        if _NAME.fullmatch(old.name):
            old.unlink()
    for shard in found:
        put(folder / f"{shard.job.name}.json", write_job(shard.job))
    return found


def run_shard(
    options: Options, number: int, folder: Path, bundle: Path, execution: int, say: Progress
) -> tuple[int, int]:
    """Run one shard into the folder `bundle`; returns how many cells ended, and of how many.

    Environments lie in a temporary folder of this machine, and are gone afterwards. Raises
    `UsageError` where there is no such shard, `BundleError` where its job file is damaged.
    """
    file = folder / f"shard-{number:03}.json"
    if not file.is_file():
        there = sorted(int(m[1]) for f in folder.glob("*.json") if (m := _NAME.fullmatch(f.name)))
        cure = f"there are {there[0]} to {there[-1]}" if there else "`stackmatrix plan --shards N`"
        raise UsageError(f"there is no shard {number} in {folder}", cure=cure)
    job = read_job(file.read_bytes(), str(file))
    with tempfile.TemporaryDirectory(prefix="stackmatrix-") as rooms:
        perform(
            job,
            bundle,
            rooms=Path(rooms),
            worker=worker(),
            progress=say,
            workers=options.workers,
            offline=options.offline,
            execution=execution,
        )
    left = opened_bundle(bundle).unfinished
    return len(job.tasks) - len(left), len(job.tasks)


def _labels(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Read `BACKEND=LABEL,LABEL`. Raises `UsageError`."""
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        backend, sign, labels = each.partition("=")
        words = tuple(word.strip() for word in labels.split(",") if word.strip())
        if not (backend and sign and words):
            raise UsageError(f"--runs-on {each} names no labels", cure="--runs-on cpu=ubuntu-24.04")
        found[backend] = words
    return found


def _step(
    name: str, terminal: Terminal, given: dict[str, Any], *, prepare_only: bool = False
) -> Said:
    """The step as it is without shards."""
    with terminal.display(given["quiet"]) as display:
        told = step(name, options_of(given), display, prepare_only=prepare_only)
    as_json, quiet = given["as_json"], given["quiet"]
    return Said(
        header=told.header,
        rows=told.rows,
        lines=told.lines,
        json=told.json,
        as_json=as_json,
        quiet=quiet,
    )


@click.command("plan", help=STEPS["plan"], epilog=epilog("plan"))
@click.option("--shards", type=click.IntRange(1, MOST_SHARDS), help="Write so many job files.")
@click.option("--jobs", default=JOBS, show_default=True, help="The folder of job files.")
@click.option("--runs-on", multiple=True, metavar="BACKEND=LABELS", help="Labels of runners.")
@matrix_options
@talk_options
@click.pass_obj
def plan_command(
    terminal: Terminal,
    /,
    *,
    shards: int | None,
    jobs: str,
    runs_on: tuple[str, ...],
    **given: Any,  # noqa: ANN401
) -> Said:
    """Plan, and with --shards cut the plan."""
    if shards is None:
        return _step("plan", terminal, given)
    labels = _labels(runs_on)
    with terminal.display(given["quiet"]) as display:
        found = sharded(options_of(given), shards, Path(jobs), labels, display)
    rows = tuple(
        (one.job.name, one.backend, str(len(one.job.tasks)), f"{one.job.seconds:.0f} s")
        for one in found
    )
    include: list[Json] = [one.json for one in found]
    return Said(
        header=("job", "backend", "cells", "expected"),
        rows=rows,
        json={"include": include},
        as_json=given["as_json"],
        quiet=given["quiet"],
    )


@click.command("execute", help=STEPS["execute"], epilog=epilog("execute"))
@click.option("--prepare-only", is_flag=True, help="Install what cells need; ask them nothing.")
@click.option("--shard", type=click.IntRange(1), help="Run one job file, and no other cell.")
@click.option("--jobs", default=JOBS, show_default=True, help="The folder of job files.")
@click.option("--bundle", help="Where the bundle goes.  [default: bundles/shard-...]")
@click.option("--execution", type=click.IntRange(1), default=1, help="1, and more when run again.")
@matrix_options
@talk_options
@click.pass_obj
def execute_command(
    terminal: Terminal,
    /,
    *,
    prepare_only: bool,
    shard: int | None,
    jobs: str,
    bundle: str | None,
    execution: int,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Run the planned cells, or with --shard those of one job file.

    What is only prepared may be moved, the whole state folder, before `execute --offline` asks it.
    """
    if shard is None:
        return _step("execute", terminal, given, prepare_only=prepare_only)
    place = Path(bundle or f"bundles/shard-{shard:03}")
    with terminal.display(given["quiet"]) as display:
        done, cells = run_shard(options_of(given), shard, Path(jobs), place, execution, display)
    return Said(
        lines=(f"{place}: {done} of {cells} cells done",),
        json={"bundle": place.as_posix(), "done": done, "cells": cells},
        as_json=given["as_json"],
        quiet=given["quiet"],
    )
