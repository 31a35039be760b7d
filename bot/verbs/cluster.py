"""`run --cluster`: whole cells on a Dask cluster, one job file each; the ledger stays here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.core.facts import CellStarted, CellStopped, Fact
from bot.core.job import Job
from bot.core.model import Cell, Failure, Phase, Reason
from bot.errors import BundleError, StackmatrixError
from bot.ledger.carry import countable, unpack
from bot.ledger.door import Bundle, write_job
from bot.runners.dask import DaskRunner, Lost, Parcel
from bot.steps.house import House
from bot.verbs.jobs import job_of, tasks_of, work_off


@dataclass(slots=True, kw_only=True)
class Field:
    """The cells that are away: which job has which cell, and which workers began it."""

    house: House
    jobs: dict[str, Job] = field(default_factory=dict)
    began: dict[str, list[str]] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, name: str, worker: str) -> int:
        """Return the number of the attempt that `worker` makes; each new worker makes the next."""
        with self.turn:
            known = self.began.setdefault(name, [])
            if worker not in known:
                known.append(worker)
            return self.jobs[name].tasks[0].attempt + known.index(worker)

    def started(self, name: str, worker: str) -> None:
        """Tell the ledger that a cell runs now, and where."""
        cell = self.jobs[name].tasks[0].cell
        attempt = self.attempt(name, worker)
        if attempt > self.jobs[name].tasks[0].attempt:
            self.house.progress.note(f"{cell.name}: its worker was lost; it runs on {worker}")
        self.house.progress.start("execute", cell.name)
        self.house.tell(CellStarted(cell=cell.key, worker=worker), job=cell.key, attempt=attempt)

    def take(self, name: str, answer: bytes | Lost) -> StackmatrixError | None:
        """Take in what came of a job; returns what a person must mend before it can be run."""
        task = self.jobs[name].tasks[0]
        self.house.progress.advance("execute", task.cell.name)
        if isinstance(answer, Lost):
            self._lost(task.cell, answer)
            return answer.error if isinstance(answer.error, StackmatrixError) else None
        try:
            bundle = unpack(answer, f"the bundle of {name}")
            _mine(bundle, self.jobs[name])
        except BundleError as trouble:
            return trouble
        for content in bundle.blobs.values():
            self.house.ledger.keep(content)
        ahead = self.attempt(name, bundle.head.worker) - task.attempt
        for fact in countable(bundle):
            placed: Fact = replace(fact, attempt=fact.attempt + ahead)
            self.house.tell(placed.body, job=placed.job, attempt=placed.attempt)
        if bundle.unfinished:
            self.house.progress.note(f"{task.cell.name}: {bundle.head.worker} did not finish it")
        return None

    def _lost(self, cell: Cell, lost: Lost) -> None:
        """A cell without an answer is nobody's failure; the next run asks it again."""
        self.house.progress.note(f"{cell.name}: {lost.why}")
        if not lost.ran:
            return
        failure = Failure(phase=Phase.START, reason=Reason.KILLED, message=lost.why)
        attempt = self.house.memory.attempt(self.house.run, cell.key)
        fact = CellStopped(cell=cell.key, sequence="a", failure=failure)
        self.house.tell(fact, job=cell.key, attempt=attempt)


def _mine(bundle: Bundle, job: Job) -> None:
    """Raise `BundleError` where a bundle is none of `job`."""
    head = bundle.head
    if (head.job, head.run, head.config, head.suite) != (job.name, job.run, job.config, job.suite):
        raise BundleError(
            f"{bundle.where} is of another job", cure="look who else uses the cluster"
        )


def away(house: House, cells: tuple[Cell, ...], address: str) -> None:
    """Run `cells` on the cluster at `address`; each tells its facts as it comes back.

    A cell that brings trouble does not stop the others; the first trouble is raised at the end.
    """
    out = Field(house=house)
    parcels = _parcels(house, cells, out)
    troubles: list[StackmatrixError] = []
    for name, answer in DaskRunner(address=address).run(parcels, work_off, out.started):
        trouble = out.take(name, answer)
        if trouble is not None:
            troubles.append(trouble)
    if troubles:
        raise troubles[0]


def _parcels(house: House, cells: Sequence[Cell], out: Field) -> tuple[Parcel, ...]:
    found: list[Parcel] = []
    for task in tasks_of(house, cells):
        job = job_of(house, f"cell-{task.cell.key[:16]}", [task])
        out.jobs[job.name] = job
        content = write_job(job)
        found.append(Parcel(name=job.name, content=content, backend=task.cell.backend))
    return tuple(found)
