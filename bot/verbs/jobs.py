"""Job files made of a house, and houses made of job files: both ends of the contract."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.app import SUITE, Options, house_of, settled
from bot.core.facts import CellDone
from bot.core.job import Head, Job, Task
from bot.core.matrix import Matrix, Model, Row
from bot.core.model import Cell, Probe
from bot.core.shards import expected
from bot.effects.silence import Silence
from bot.ledger.bundle import BundleLedger
from bot.ledger.carry import pack
from bot.ledger.door import read_job
from bot.ports import Progress
from bot.steps.cells import Work, run_cell
from bot.steps.house import House

HOMES: Final = ("uv", "docker")  # environments that a row asks for by name
SPACE: Final = 10  # attempts that one execution of a job may make of a cell


def tasks_of(house: House, cells: Sequence[Cell]) -> tuple[Task, ...]:
    """Return a task for each cell that is still to be asked something."""
    seconds = expected(house.memory, cells)
    return tuple(
        task_of(house, cell, probes, seconds[cell.key])
        for cell in cells
        if (probes := house.unanswered(cell))
    )


def task_of(house: House, cell: Cell, probes: Sequence[Probe], seconds: float) -> Task:
    """Return the task of asking `cell` these probes, which is expected to take `seconds`."""
    return Task(
        cell=cell,
        probes=tuple(probe.digest for probe in probes),
        attempt=house.memory.attempt(house.run, cell.key),
        seconds=seconds,
        environment=house.at(cell).env.name,
    )


def job_of(house: House, name: str, tasks: Sequence[Task]) -> Job:
    """Return the job of `tasks`, the longest first, with all that they need and nothing else."""
    rows = {task.cell.row for task in tasks}
    names = {name for task in tasks for name, _ in task.cell.components}
    asked = {digest for task in tasks for digest in task.probes}
    probes = {p.digest: p for row in sorted(rows) for p in house.probes[row] if p.digest in asked}
    matrix = house.matrix
    return Job(
        name=name,
        run=house.run,
        bot=house.bot,
        config=matrix.digest,
        suite=house.suite,
        index=matrix.index,
        limits=matrix.allowance,
        model=_portable(matrix.model),
        others=tuple(map(_portable, matrix.others)),
        components=tuple(one for one in matrix.components.values() if one.name in names),
        rows=tuple(_settled(matrix, row, tasks) for row in matrix.rows if row.name in rows),
        probes=tuple(probes.values()),
        tasks=tuple(sorted(tasks, key=lambda task: (-task.seconds, task.cell.key))),
    )


def _settled(matrix: Matrix, row: Row, tasks: Sequence[Task]) -> Row:
    """Return a row that says itself where it runs: there, as the plan found it here."""
    env = next(task.environment for task in tasks if task.cell.row == row.name)
    image = row.image or matrix.homes.image
    return replace(row, env=env if env in HOMES else "", image=image)


def _portable(model: Model) -> Model:
    """Return how another machine finds the model: what comes along is there too."""
    here = Path(model.path)
    if model.hub or here == SUITE / "model":
        return replace(model, path="")
    return replace(model, path=here.as_posix())


def perform(  # noqa: PLR0913 - each by its name
    job: Job,
    root: Path,
    *,
    rooms: Path,
    worker: str,
    progress: Progress,
    workers: int = 0,
    offline: bool = False,
    execution: int = 1,
) -> None:
    """Run the cells of `job` that the bundle in `root` has no end of, and write what they show.

    Environments are made in `rooms`. `execution` counts the times that this job is done, from 1.
    """
    options = Options(
        config=Path(f"{job.name}.json"),
        state=rooms,
        reports=rooms,
        workers=workers,
        offline=offline,
    )
    matrix = settled(options, _matrix(job), progress)
    head = head_of(job, worker)
    ledger = BundleLedger(root, head)
    try:
        asked = {probe.digest: probe for probe in job.probes}
        house = replace(
            house_of(options, matrix, {}, ledger, progress, job.run),
            probes={row.name: tuple(asked.values()) for row in matrix.rows},
            worker=worker,
        )
        _run(house, _left(house, job, execution))
    finally:
        ledger.close()


def _matrix(job: Job) -> Matrix:
    return Matrix(
        title=job.name,
        file=f"{job.name}.json",
        index=job.index,
        components={one.name: one for one in job.components},
        rows=job.rows,
        allowance=job.limits,
        model=job.model,
        others=job.others,
        digest=job.config,
    )


def head_of(job: Job, worker: str) -> Head:
    """Return what the bundle of `job` says of itself when `worker` writes it."""
    return Head(
        job=job.name,
        run=job.run,
        bot=version("stackmatrix"),
        config=job.config,
        suite=job.suite,
        worker=worker,
        platform=f"{platform.system()} {platform.machine()}",
        cells=tuple(task.cell.key for task in job.tasks),
    )


def _left(house: House, job: Job, execution: int) -> list[Work]:
    """Return what is not done; its attempts are counted on from those made elsewhere."""
    done = {one.body.cell for one in house.ledger.facts() if isinstance(one.body, CellDone)}
    work: list[Work] = []
    for task in job.tasks:
        key = task.cell.key
        place = (job.run, key)
        first = task.attempt + SPACE * (execution - 1)
        house.memory.attempts[place] = max(house.memory.attempts.get(place, -1), first - 1)
        obstacle = _obstacle(house.at(task.cell), task)
        if obstacle:
            house.progress.note(f"{task.cell.name}: not run here, {obstacle}")
        elif key not in done:
            work.append(Work(cell=task.cell, probes=job.asked(task)))
    return work


def _obstacle(house: House, task: Task) -> str:
    """Say why a cell cannot be tried on this machine, or nothing."""
    if house.env.name != task.environment:
        return f"it is for an environment `{task.environment}`, and here is `{house.env.name}`"
    lacks = house.lacks.get(task.cell.backend, "") or house.barred
    return lacks or house.obstacle(house.source)


def _run(house: House, work: Sequence[Work]) -> None:
    house.progress.begin("execute", len(work))
    for one, _ in house.runner.run(work, lambda each: run_cell(house, each)):
        house.progress.advance("execute", one.cell.name)


def work_off(content: bytes, rooms: Path, worker: str) -> bytes:
    """Do the job of a job file, one cell at a time; bytes in, the bytes of a bundle out."""
    job = read_job(content, "the job file")
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        root = Path(folder)
        perform(job, root, rooms=rooms, worker=worker, progress=Silence(), workers=1)
        return pack(root)
