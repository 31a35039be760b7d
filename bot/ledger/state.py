"""The state folder as a whole: what `run`, `diff` and `aa` keep lies in ledgers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.core.facts import Fact
from bot.ledger.files import FileLedger

LEDGERS = ("", "diff", "aa")  # folders under the state


def facts_under(state: Path) -> Iterator[Fact]:
    """Yield the facts of every ledger under `state`; numbers of runs are unlike in unlike ones."""
    for at, name in enumerate(LEDGERS):
        root = state / name
        for fact in FileLedger.read(root).every() if root.is_dir() else ():
            yield replace(fact, run=len(LEDGERS) * fact.run + at)
