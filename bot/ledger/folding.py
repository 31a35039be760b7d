"""Which runs are folded together: blocks that nest, so that a file is written three times at most.

The last run stays a segment: it is still being told. Every other is folded alone, then with the
sixteen of its block when all of those are over, then with its 256.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.ledger.blobs import write_atomically
from bot.ledger.fold import Folding
from bot.ledger.runs import Runs, fold_name, span

WIDTHS: Final = (256, 16, 1)


def block(run: int, last: int) -> tuple[int, int]:
    """Return the first and the last run of the widest block of `run` that ends before `last`.

    >>> block(3, last=5), block(3, last=40), block(3, last=4)
    ((3, 3), (1, 16), (3, 3))
    """
    for width in WIDTHS:
        first = (run - 1) // width * width + 1
        if first + width - 1 < last:
            return first, first + width - 1
    raise ValueError(f"run {run} is not older than run {last}")


def fold_old(folder: Path) -> int:
    """Fold every run but the last in a folder of facts, which is held; returns the files written.

    A fold is whole on the disk before what it replaces goes; who is killed between has both, and
    a line counts once.
    """
    runs = Runs.at(folder, _unsettled(Runs.at(folder).names))
    held = runs.holders()
    last = max(held, default=0)
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for run in held:
        if run < last:
            groups[block(run, last)].append(run)
    return sum(_fold(runs, held, place, members) for place, members in groups.items())


def _fold(
    runs: Runs, held: dict[int, list[str]], place: tuple[int, int], members: list[int]
) -> bool:
    name = fold_name(*place)
    sources = {source for run in members for source in held[run]}
    damaged = name in runs.names and name not in sources
    if sources == {name} or damaged or not all(_inside(source, place) for source in sources):
        return False
    folding = Folding()
    for run in members:
        folding.add(run, runs.of(run, held[run]))
    write_atomically(runs.folder / name, folding.content())
    for source in sources - {name}:
        (runs.folder / source).unlink()
    return True


def _unsettled(names: Sequence[str]) -> Iterator[str]:
    """Yield the files that may have to be folded: no widest block into which nothing came late."""
    spans = {name: place for name in names if (place := span(name))}
    wide = {name for name, (first, last) in spans.items() if last - first + 1 == WIDTHS[0]}
    for name in names:
        if name not in wide or any(_inside(each, spans[name]) for each in spans if each != name):
            yield name


def _inside(name: str, place: tuple[int, int]) -> bool:
    mine = span(name)
    return mine is not None and place[0] <= mine[0] and mine[1] <= place[1]
