"""Cut a plan into shards: cells that share an environment together, and no shard much the longest.

Longest processing time first: the longest batch goes to the shard that has the least to do, which
is never worse than 4/3 of the best cut (Graham, 1969).

>>> batches = [Batch(key=name, seconds=s) for name, s in (("a", 5), ("b", 4), ("c", 3), ("d", 3))]
>>> [sorted(one.key for one in shard) for shard in spread(batches, 2)]
[['a', 'd'], ['b', 'c']]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from bot.core.job import UNKNOWN_SECONDS, Task
from bot.core.memory import Memory
from bot.core.model import Cell

MOST_SHARDS = 256  # what GitHub Actions takes of one matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Cells that are to run one after the other on one machine, and how long that should take."""

    key: str
    seconds: float
    tasks: tuple[Task, ...] = ()


def expected(memory: Memory, cells: Sequence[Cell]) -> dict[str, float]:
    """Return the seconds that each cell should take, by key.

    It is what the cell took the last time, else the mean of its row, else of all cells known.
    """
    took: dict[str, float] = {}
    rows: dict[str, list[float]] = defaultdict(list)
    for key, known in memory.cells.items():
        if known.done is not None:
            took[key] = known.done.seconds
            if key in memory.stacks:
                rows[memory.stacks[key].row].append(known.done.seconds)
    usual = fmean(took.values()) if took else UNKNOWN_SECONDS
    return {
        cell.key: took.get(cell.key, fmean(rows[cell.row]) if rows[cell.row] else usual)
        for cell in cells
    }


def cut(tasks: Sequence[Task], shards: int) -> tuple[tuple[str, tuple[Task, ...]], ...]:
    """Return at most `shards` shards, each with its backend; every backend has its own.

    There are more than `shards` only where there are more backends than that.
    """
    backends: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        backends[task.cell.backend].append(task)
    return tuple(
        (backend, tuple(task for batch in shard for task in batch.tasks))
        for backend, share in _shares(backends, shards).items()
        for shard in spread(_batches(backends[backend], share), share)
    )


def _shares(backends: dict[str, list[Task]], shards: int) -> dict[str, int]:
    """Deal the shards: one for each backend, the rest to whoever has most to do for each."""
    work = {name: sum(task.seconds for task in tasks) for name, tasks in sorted(backends.items())}
    shares = dict.fromkeys(work, 1)
    for _ in range(shards - len(shares) if shares else 0):
        most = max(work, key=lambda name: work[name] / shares[name])
        shares[most] += 1
    return shares


def _batches(tasks: Sequence[Task], shards: int) -> Iterator[Batch]:
    """Put what shares an environment together, unless that is more than a shard's part."""
    part = sum(task.seconds for task in tasks) / shards
    shared: dict[tuple[str, str, str], list[Task]] = defaultdict(list)
    for task in tasks:
        cell = task.cell
        shared[(task.environment, cell.interpreter, cell.closure.digest)].append(task)
    for group in shared.values():
        whole = sum(task.seconds for task in group) <= part
        for some in [group] if whole else [[task] for task in group]:
            seconds = sum(task.seconds for task in some)
            yield Batch(key=some[0].cell.key, seconds=seconds, tasks=tuple(some))


def spread(batches: Iterable[Batch], shards: int) -> tuple[tuple[Batch, ...], ...]:
    """Deal batches to `shards` shards, longest first; none of those returned is empty."""
    found: list[list[Batch]] = [[] for _ in range(shards)]
    load = [0.0] * shards
    for batch in sorted(batches, key=lambda one: (-one.seconds, one.key)):
        least = min(range(shards), key=lambda at: (load[at], len(found[at]), at))
        found[least].append(batch)
        load[least] += batch.seconds
    return tuple(tuple(shard) for shard in found if shard)
