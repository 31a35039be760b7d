"""What comes back from a cluster: each worker makes an attempt of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.core.facts import CellDone, CellStarted, CellStopped
from bot.errors import BundleError, MissingToolError
from bot.ledger.carry import pack
from bot.runners.dask import Lost, Parcel, _resources
from bot.verbs.cluster import Field
from tests.contract.test_bundles import CELLS, JOB, begun, head
from tests.unit.steps.fakes import bodies, house

ONE = replace(JOB, tasks=JOB.tasks[:1])
KEY = CELLS[0].key


def field() -> Field:
    return Field(house=house({"e": ["1"]}), jobs={ONE.name: ONE})


def answer(tmp_path: Path, told: str) -> bytes:
    """Return the bytes of a bundle of `ONE`, from the worker that is named after what it told."""
    root = begun(tmp_path / told, CELLS[0], told=told)
    from bot.ledger.door import write_head  # noqa: PLC0415 - beside its only use

    (root / "bundle.json").write_bytes(write_head(head(ONE, worker=f"{told} process 1")))
    return pack(root)


def test_a_second_worker_makes_a_second_attempt(tmp_path: Path) -> None:
    out = field()
    for worker in ("first process 1", "second process 1", "second process 1"):
        out.started(ONE.name, worker)
    assert out.take(ONE.name, answer(tmp_path, "second")) is None
    workers = out.house.memory.workers
    assert workers[(1, KEY, 0)] == "first process 1"
    ends = [f for f in out.house.ledger.facts() if isinstance(f.body, CellDone)]
    assert [(f.job, f.attempt) for f in ends] == [(KEY, 1)]


def test_an_answer_that_comes_before_its_beginning_was_heard(tmp_path: Path) -> None:
    out = field()
    assert out.take(ONE.name, answer(tmp_path, "only")) is None
    assert out.house.memory.cells[KEY].done is not None
    assert out.attempt(ONE.name, "only process 1") == 0


def test_who_was_lost_again_and_again_is_nobodys_failure() -> None:
    out = field()
    out.started(ONE.name, "first process 1")
    assert out.take(ONE.name, Lost(why="it lost one worker after the other")) is None
    stopped = [body for body in bodies(out.house) if isinstance(body, CellStopped)]
    assert [body.failure.reason.spurious for body in stopped] == [True]


def test_who_waits_for_hardware_is_told_no_fact() -> None:
    out = field()
    assert out.take(ONE.name, Lost(why="it waits for `cuda`", ran=False)) is None
    assert not [body for body in bodies(out.house) if isinstance(body, CellStopped | CellStarted)]


def test_what_a_person_must_mend_is_handed_on(tmp_path: Path) -> None:
    out = field()
    missing = MissingToolError("no uv", cure="install it")
    assert out.take(ONE.name, Lost(why="no uv", error=missing)) is missing
    assert isinstance(out.take(ONE.name, b"no zip"), BundleError)
    out.jobs[ONE.name] = replace(ONE, suite="0" * 64)
    assert isinstance(out.take(ONE.name, answer(tmp_path, "other")), BundleError)


class Scheduler:
    """Says which resources its workers have."""

    def __init__(self, *resources: dict[str, int]) -> None:
        self._workers = {f"w{at}": {"resources": each} for at, each in enumerate(resources)}

    def scheduler_info(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401 - as Dask's
        return {"workers": self._workers}


def test_a_backend_goes_to_who_has_it_and_cpu_to_all_where_nobody_says_so() -> None:
    parcels = [Parcel(name=name, content=b"", backend=name) for name in ("cpu", "cuda", "rocm")]
    assert _resources(Scheduler({}, {"cuda": 1}), parcels) == {"cpu": {}, "cuda": {"cuda": 1}}
    assert _resources(Scheduler({"cpu": 2}), parcels) == {"cpu": {"cpu": 1}}
