"""Which blobs a ledger may let go: logs that no verdict needs, once they are old.

Facts never go. A blob is evidence, and stays for ever, where

* any fact but an observation names it: a proof, a cell that stopped, a trial of a search;
* it is a log of a cell that some run called other than good, or of what that was held against.

So do the logs of the last run, of every run of the last `days`, and whatever no fact of ours is
known to name. The rest has expired: a report says so where it would have shown it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.core.facts import Planned, RunEnded, RunStarted
from bot.core.memory import slot
from bot.ledger.files import FileLedger
from bot.ledger.fold import Fold
from bot.ledger.old import Old
from bot.ledger.runs import FACTS, Runs, text

DAYS: Final = 90
_NAME: Final = re.compile(r'"([0-9a-f]{64})"')


def expired(root: Path, days: int = DAYS) -> tuple[Path, ...]:
    """Return the blobs in a state folder that have expired, oldest names first."""
    runs = Runs.at(root / FACTS)
    ledger = FileLedger.read(root)
    begun = {f.run: f.body.at for f in ledger.facts() if isinstance(f.body, RunStarted)}
    if not begun:
        return ()
    since = max(begun.values()) - timedelta(days=days)
    ours = _evidence(ledger, Old(runs))
    needed = {*_named(runs)}
    gone: set[str] = set()
    for _, fold in runs.folds():
        for run in fold.runs:
            young = run not in begun or begun[run] >= since
            for cell, log in fold.logs(run):
                (needed if young or cell in ours else gone).add(log)
    names = sorted(name for name in gone - needed if _NAME.fullmatch(f'"{name}"'))
    places = (root / "blobs" / name[:2] / name for name in names)
    return tuple(place for place in places if place.is_file())


def _evidence(ledger: FileLedger, old: Old) -> set[str]:
    """Return the cells that some run called other than good, and what they were held against."""
    found: set[str] = set()
    for fact in ledger.facts():
        if isinstance(fact.body, RunEnded) and fact.body.words:
            words = {(row, trigger, backend) for row, trigger, backend, _ in fact.body.words}
            plan = [each.body for each in old.plan(fact.run)]
            for body in plan:
                if isinstance(body, Planned) and body.cell and slot(body) in words:
                    found |= {body.cell.key, body.against}
    return found


def _named(runs: Runs) -> Iterator[str]:
    """Yield what is named by lines that are no observation of an old run."""
    for name in runs.names:
        if name.endswith(".ndjson"):
            yield from _NAME.findall("\n".join(text((runs.folder / name).read_bytes())))
    for _, fold in runs.folds():
        for told in (*fold.bodies, *_odd(fold)):
            yield from _NAME.findall(told)


def _odd(fold: Fold) -> Iterator[str]:
    for run in fold.runs:
        yield from fold.odd(run)
