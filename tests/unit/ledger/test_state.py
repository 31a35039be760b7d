"""The state folder as a whole: every ledger in it is read, and their runs are told apart."""

from __future__ import annotations

from pathlib import Path

from bot.core.facts import RunEnded
from bot.ledger.files import FileLedger
from bot.ledger.state import LEDGERS, facts_under
from tests.unit.ledger.examples import AT, STARTED


def write(root: Path, runs: int, *, broken: int) -> None:
    with FileLedger.open(root, clock=lambda: AT) as ledger:
        for _ in range(runs):
            ledger.begin(STARTED)
            ledger.tell(RunEnded(newly_broken=broken), job="run")


def test_runs_of_every_ledger_are_told_and_told_apart(tmp_path: Path) -> None:
    for broken, name in enumerate(LEDGERS):
        write(tmp_path / name, 2, broken=broken)
    write(tmp_path / "other", 1, broken=9)
    told = tuple(facts_under(tmp_path))
    ends = {fact.run: fact.body.newly_broken for fact in told if isinstance(fact.body, RunEnded)}
    assert sorted(ends.values()) == [0, 0, 1, 1, 2, 2]
    starts = [fact.run for fact in told if fact.body == STARTED]
    assert sorted(starts) == sorted(ends)


def test_a_folder_that_holds_nothing_or_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert list(facts_under(tmp_path)) == []
    assert list(facts_under(tmp_path / "none")) == []
