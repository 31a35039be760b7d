"""Runs job files on a Dask cluster that exists already; bytes go out, bytes of bundles come back.

A worker with the resource of a backend (`dask worker ... --resources "cuda=1"`) gets the jobs of
that backend. Who loses its worker is started again by the scheduler on another one; a job that
loses one after the other is given up, and the others go on.
"""

from __future__ import annotations

import importlib
import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from bot.effects.clock import sleep
from bot.effects.process import cease
from bot.errors import InterruptedByPersonError, MissingToolError

Work: TypeAlias = Callable[[bytes, Path, str], bytes]  # job file, folder for rooms, worker: bundle
USUAL: Final = "cpu"  # the backend that every worker has, unless some say so of themselves
PATIENCE_SECONDS: Final = 30.0  # for the scheduler
INSTALL: Final = "install `stackmatrix[dask]` here, and stackmatrix on every worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A job that brought no bundle, and why; who has not `ran` waits for a worker that can."""

    why: str
    ran: bool = True
    error: BaseException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A job file on its way: its name, its content, and the backend that it needs."""

    name: str
    content: bytes
    backend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaskRunner:
    """Hands parcels to the scheduler at `address`, which is asked for nothing else."""

    address: str

    def run(
        self, parcels: Sequence[Parcel], work: Work, started: Callable[[str, str], None]
    ) -> Iterator[tuple[str, bytes | Lost]]:
        """Yield the name of each job with its bundle as it finishes, or why there is none.

        `work` must be a function of a module, so that workers find it. `started` hears the name
        of a job and the worker that begins it, from another thread and again when the job is
        begun once more. Ctrl-C, or a caller that stops listening, ends what runs. Raises
        `MissingToolError` when nobody answers.
        """
        dask = _library()
        with _client(dask, self.address) as client:
            token = f"stackmatrix-{uuid.uuid4().hex}"
            client.subscribe_topic(token, lambda event: started(*event[1]))
            resources = _resources(client, parcels)
            futures = {
                client.submit(
                    perform,
                    work,
                    token,
                    parcel.name,
                    parcel.content,
                    key=f"{token}-{parcel.name}",
                    priority=-at,
                    resources=resources[parcel.backend],
                    pure=False,
                ): parcel.name
                for at, parcel in enumerate(parcels)
                if parcel.backend in resources
            }
            for parcel in parcels:
                if parcel.backend not in resources:
                    why = f"it waits for a worker with the resource `{parcel.backend}`"
                    yield parcel.name, Lost(why=why, ran=False)
            try:
                for future in dask.as_completed(list(futures), loop=client.loop):
                    yield futures[future], _answer(dask, future)
            finally:
                _end(client, [one for one in futures if not one.done()], token)


def _library() -> Any:  # noqa: ANN401 - an optional library
    try:
        return importlib.import_module("distributed")
    except ImportError as fault:
        raise MissingToolError(f"--cluster needs Dask: {fault}", cure=INSTALL) from None


@contextmanager
def _client(dask: Any, address: str) -> Iterator[Any]:  # noqa: ANN401 - an optional library
    try:
        client = dask.Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as fault:
        cure = "start `dask scheduler`, and mend the address after --cluster"
        raise MissingToolError(
            f"no Dask scheduler answers at {address}: {fault}", cure=cure
        ) from None
    try:
        yield client
    finally:
        client.close(timeout=5)


def _resources(client: Any, parcels: Sequence[Parcel]) -> Mapping[str, Mapping[str, int]]:  # noqa: ANN401
    """Return what each backend asks of a worker; one that nobody has is left out."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    offered = {name for worker in workers for name in worker.get("resources", {})}
    wanted = {parcel.backend for parcel in parcels}
    asked: dict[str, Mapping[str, int]] = {name: {name: 1} for name in wanted & offered}
    if USUAL in wanted - offered:
        asked[USUAL] = {}
    return asked


def _answer(dask: Any, future: Any) -> bytes | Lost:  # noqa: ANN401 - as above
    if future.status == "finished":
        content: bytes = future.result()
        return content
    if future.status == "cancelled":
        return Lost(why="the scheduler forgot it, or was lost")
    fault = future.exception()
    if isinstance(fault, dask.KilledWorker):
        return Lost(why=f"it lost one worker after the other: {fault}")
    return Lost(why=f"{type(fault).__name__}: {fault}", error=fault)


def _end(client: Any, futures: Sequence[Any], token: str) -> None:  # noqa: ANN401 - as above
    """Cancel what waits, and stop what runs."""
    if futures:
        client.cancel(futures, force=True)
        client.run(stop, token, on_error="ignore")


# --- on a worker --------------------------------------------------------------------------------

_running: Counter[str] = Counter()  # how many jobs of each run this process works on
_stopped: set[str] = set()
_guard = threading.Lock()


def perform(work: Work, token: str, name: str, content: bytes) -> bytes:
    """Do one job on the worker that this is called on, and tell the client that it began."""
    me = _library().get_worker()
    worker = f"{me.address} process {os.getpid()}"
    with _guard:
        if token in _stopped:
            raise InterruptedByPersonError("the run was stopped")
        _running[token] += 1
    try:
        me.log_event(token, [name, worker])
        return work(content, Path(me.local_directory) / "stackmatrix", worker)
    finally:
        with _guard:
            _running[token] -= 1


def stop(token: str) -> None:
    """End what this process works on for a run; cells of other runs are left alone."""
    with _guard:
        _stopped.add(token)
    threading.Thread(target=_cease, args=(token,), daemon=True).start()


def _cease(token: str) -> None:
    while True:
        with _guard:
            busy = {name for name, count in _running.items() if count}
        if token not in busy:
            return
        if busy == {token}:
            cease()
        sleep(0.1)
