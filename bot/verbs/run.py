"""`stackmatrix run`: the eight steps, one after the other, and what a person gets to see of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bot import pipeline
from bot.app import Options, matrix_of, opened
from bot.core.finding import Group
from bot.core.report import Report
from bot.effects.files import drop, put
from bot.effects.site import write
from bot.errors import UsageError
from bot.ports import Progress
from bot.steps.delta import closing
from bot.steps.house import House
from bot.steps.prove import proof_files
from bot.steps.verdicts import Ruled


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run came to: the report, the files it wrote, and how many cells it executed."""

    report: Report
    files: tuple[Path, ...]
    executed: int


def run(options: Options, progress: Progress, cluster: str = "") -> Summary:
    """Do all eight steps; a run that was interrupted goes on where it was.

    With `cluster`, the address of a Dask scheduler, planned cells are run there; what a search
    asks besides is asked here.

    Raises `UsageError` at once where the reports could not be written at the end.
    """
    ready(options)
    with opened(options, progress) as house:
        pipeline.watch(house)
        pipeline.plan(house)
        executed = pipeline.execute(placed(house, cluster))
        results = pipeline.judge(house)
        causes = pipeline.explain(house, results)
        pipeline.reduce(house, causes)
        pipeline.track(house, results, causes)
        return finish(house, options, results, causes, executed)


def placed(house: House, cluster: str) -> House:
    """Return `house` with its planned cells run on `cluster`, if there is one."""
    if not cluster:
        return house
    from bot.verbs.cluster import away  # noqa: PLC0415 - what a run on one machine needs nothing of

    return replace(house, away=lambda home, cells: away(home, cells, cluster))


def finish(
    house: House,
    options: Options,
    results: tuple[Ruled, ...],
    causes: tuple[Group, ...],
    executed: int,
) -> Summary:
    """Render, write the files of every format, and end the run."""
    seen = pipeline.render(house, results, causes)
    written = drawn(house, options, seen, causes)
    house.tell(closing(seen, results, causes), job="run end")
    return Summary(report=seen, files=written, executed=executed)


def drawn(
    house: House, options: Options, seen: Report, causes: tuple[Group, ...]
) -> tuple[Path, ...]:
    """Write the files of every format, and the proofs beside them; return those of the formats."""
    files = {
        path: text for renderer in house.renderers for path, text in renderer.render(seen).items()
    }
    written = write(options.reports, files)
    told = {finding.finding for finding in seen.findings}
    for cause in causes:
        place = options.reports / cause.finding
        if cause.finding not in told:
            drop(place)
            continue
        for name, content in proof_files(house, cause.search).items():
            put(place / name, content)
    return written


def ready(options: Options) -> None:
    """Raise `UsageError` where no report can be written at the end; an hour later is late.

    A folder without a matrix is left as it is: that raises `ConfigError`.
    """
    matrix_of(options)
    folder = options.reports
    try:
        put(folder / ".writable", b"")
        (folder / ".writable").unlink()
    except OSError as trouble:
        cure = "give a folder that can be written, with --reports"
        raise UsageError(f"{folder} cannot hold reports: {trouble.strerror}", cure=cure) from None
