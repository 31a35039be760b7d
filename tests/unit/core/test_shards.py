"""Shards: nothing lost, what shares an environment together, no shard much the longest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.facts import CellDone, Fact, Planned
from bot.core.job import UNKNOWN_SECONDS, Task
from bot.core.memory import Memory
from bot.core.model import Cell, Closure, Pin
from bot.core.shards import Batch, cut, expected, spread


def cell(version: str, row: str = "row", backend: str = "cpu", closure: str = "") -> Cell:
    return Cell(
        row=row,
        components=(("toy", version),),
        closure=Closure(pins=(Pin(name="toy", version=closure or version),)),
        backend=backend,
        model="tiny",
        interpreter="3.11",
    )


def task(version: str, seconds: float = 10, backend: str = "cpu", closure: str = "") -> Task:
    return Task(cell=cell(version, backend=backend, closure=closure), probes=(), seconds=seconds)


@given(st.lists(st.integers(0, 100), max_size=60), st.integers(1, 12), st.integers(1, 5))
def test_every_cell_is_in_one_shard(times: list[int], shards: int, kinds: int) -> None:
    tasks = [task(f"{at}", seconds, f"b{at % kinds}") for at, seconds in enumerate(times)]
    parts = cut(tasks, shards)
    dealt = [one for _, part in parts for one in part]
    assert sorted(one.cell.key for one in dealt) == sorted(one.cell.key for one in tasks)
    assert len(parts) <= max(shards, kinds)
    assert all(part for _, part in parts)
    assert all({one.cell.backend for one in part} == {backend} for backend, part in parts)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=40), st.integers(1, 8))
def test_no_shard_is_longer_than_graham_allows(times: list[int], shards: int) -> None:
    batches = [Batch(key=f"{at:03}", seconds=seconds) for at, seconds in enumerate(times)]
    longest = max(sum(one.seconds for one in shard) for shard in spread(batches, shards))
    assert longest <= sum(times) / shards + max(times)


def test_what_shares_an_environment_goes_together() -> None:
    tasks = [task(f"{at}", 5, closure=f"{at % 4}") for at in range(16)]
    for _, part in cut(tasks, 4):
        assert len({one.cell.closure.digest for one in part}) == 1


def test_what_is_more_than_a_part_is_torn_apart() -> None:
    tasks = [task(f"{at}", 10, closure="same") for at in range(8)]
    assert [len(part) for _, part in cut(tasks, 4)] == [2, 2, 2, 2]


def test_the_longest_backend_gets_the_most_shards() -> None:
    tasks = [*(task(f"{at}", 100, "cpu") for at in range(6)), task("g", 1, "cuda")]
    backends = [backend for backend, _ in cut(tasks, 4)]
    assert (backends.count("cpu"), backends.count("cuda")) == (3, 1)
    assert cut((), 4) == ()


@pytest.mark.parametrize(("took", "other", "told"), [(7.0, 3.0, 7.0), (None, 3.0, 3.0)])
def test_what_is_expected_is_what_was_seen(took: float | None, other: float, told: float) -> None:
    mine, beside = cell("1"), cell("2")
    memory = Memory()
    assert expected(memory, [mine]) == {mine.key: UNKNOWN_SECONDS}
    for one, seconds in ((mine, took), (beside, other)):
        if seconds is not None:
            plan = Planned(row="row", trigger="baseline", cell=one, against="")
            done = CellDone(cell=one.key, environment="uv", seconds=seconds)
            memory.add(Fact(run=1, job="plan", attempt=0, body=plan))
            memory.add(Fact(run=1, job=one.key, attempt=0, body=done))
    assert expected(memory, [mine])[mine.key] == told
    stranger = replace(mine, row="another")
    usual = told if took is None else (took + other) / 2
    assert expected(memory, [stranger])[stranger.key] == usual
