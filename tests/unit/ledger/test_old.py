"""A ledger whose old runs are folded answers as one whose runs are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.facts import Body, CellDone, CellStopped, Fact, Observed, Planned, RunEnded
from bot.core.model import Failure, Observation, Phase, Reason
from bot.ledger.expiry import expired
from bot.ledger.files import FileLedger
from bot.ledger.folding import fold_old
from bot.ledger.recall import memory_of
from bot.ledger.state import facts_under
from tests.unit.ledger.examples import AT, CELL, STARTED

RUNS = 20
FAILURE = Failure(phase=Phase.START, reason=Reason.CRASH, message="no")


def bodies(run: int, ledger: FileLedger) -> Iterator[tuple[Body, str]]:
    """Yield what a run tells: the same plan, each fifth run a new cell, which goes wrong at 10."""
    newest = replace(CELL, interpreter=f"3.{run // 5}")
    yield Planned(row="chat", trigger="baseline", cell=CELL, against=""), "plan chat baseline"
    yield Planned(row="chat", trigger="newest", cell=newest, against=CELL.key), "plan chat newest"
    for cell in (*([CELL] if run == 1 else []), *([newest] if run % 5 == 0 else [])):
        log = ledger.keep(f"log {run} {cell.key}".encode())
        for sequence in "ab":
            seen = Observation(probe="p", log=log, seconds=run / 3)
            yield Observed(cell=cell.key, probe="p", sequence=sequence, observation=seen), cell.key
        if run == 15:
            end = ledger.keep(b"how it stopped")
            stopped = CellStopped(cell=cell.key, sequence="a", failure=FAILURE, log=end)
            yield stopped, cell.key
        yield CellDone(cell=cell.key, environment="uv", seconds=1.0), cell.key
    words = (("chat", "newest", "cpu", "regressed"),) if 10 <= run < 15 else ()
    yield RunEnded(newly_broken=len(words), words=words), "run"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "state"
    for run in range(1, RUNS + 1):
        with FileLedger.open(place) as ledger:
            ledger.begin(replace(STARTED, at=AT + timedelta(days=run)))
            for body, job in bodies(run, ledger):
                ledger.tell(body, job=job)
    return place


def names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "facts").iterdir())


def test_every_fact_is_there_and_in_order(root: Path) -> None:
    before = FileLedger.read(root).facts()
    fold_old(root / "facts")
    assert names(root) == [
        "000001-000016.fold", "000017-000017.fold", "000018-000018.fold", "000019-000019.fold",
        "000020.ndjson",
    ]  # fmt: skip
    ledger = FileLedger.read(root)
    assert tuple(ledger.every()) == before
    assert [*facts_under(root)] == [replace(fact, run=3 * fact.run) for fact in before]
    seen = [fact for fact in before if isinstance(fact.body, Observed) and fact.run < RUNS]
    assert ledger.facts() == tuple(fact for fact in before if fact not in seen)
    assert ledger.notices == []


def test_memory_is_the_same(root: Path) -> None:
    before = memory_of(FileLedger.read(root))
    fold_old(root / "facts")
    after = memory_of(FileLedger.read(root))
    assert (after.planned, after.stacks, after.ended) == (
        before.planned,
        before.stacks,
        before.ended,
    )
    assert after.executed == before.executed
    for key, cell in before.cells.items():
        there = after.cells[key]
        assert (there.seen, there.done, there.stopped) == (cell.seen, cell.done, cell.stopped)
        assert len(there.seen["p"]) == 2


def test_of_old_runs_only_a_new_plan_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ledger.old.RECENT", 2)
    whole = memory_of(FileLedger.read(root))
    fold_old(root / "facts")
    ledger = FileLedger.read(root)
    after = memory_of(ledger)
    planned = [fact.run for fact in ledger.facts() if isinstance(fact.body, Planned)]
    assert planned == [1, 1, 5, 10, 15, 18, 18, 19, 19, 20, 20]
    assert after.stacks == whole.stacks
    assert {*after.cells} == {*whole.cells}
    assert len([*ledger.every()]) > len(ledger.facts())


def test_a_folded_ledger_goes_on(root: Path) -> None:
    fold_old(root / "facts")
    with FileLedger.open(root) as ledger:
        before = len(ledger.facts())
        assert ledger.begin(STARTED) == RUNS + 1
        old = next(fact for fact in ledger.facts() if isinstance(fact.body, CellDone))
        assert ledger.take([old]) == ()
        late = Fact(
            run=4, job="late", attempt=0, body=CellDone(cell="l", environment="", seconds=0)
        )
        assert ledger.take([late]) == (late,)
        assert len(ledger.facts()) == before + 2
    assert "000004.ndjson" in names(root)
    assert late in FileLedger.read(root).facts()
    fold_old(root / "facts")
    assert "000004.ndjson" not in names(root)
    assert late in FileLedger.read(root).facts()


def test_a_damaged_fold_hides_no_other(root: Path) -> None:
    fold_old(root / "facts")
    (root / "facts" / "000017-000017.fold").write_bytes(b"nonsense")
    ledger = FileLedger.read(root)
    assert {fact.run for fact in ledger.facts()} == {*range(1, 21)} - {17}
    assert [note.split(" cannot")[0] for note in ledger.notices] == ["000017-000017.fold"]
    assert {fact.run for fact in ledger.every()} == {*range(1, 21)} - {17}
    (root / "facts" / "000021-000021.fold").write_bytes(b"nonsense")
    with FileLedger.open(root) as writer:
        assert writer.begin(STARTED) == 22


def logs(root: Path) -> set[str]:
    return {path.read_bytes().decode() for path in (root / "blobs").rglob("*") if path.is_file()}


def test_logs_expire_and_evidence_does_not(root: Path) -> None:
    cells = {run: replace(CELL, interpreter=f"3.{run // 5}").key for run in (5, 10, 15, 20)}
    whole = logs(root)
    assert expired(root, days=0) == ()
    fold_old(root / "facts")
    assert expired(root, days=30) == ()
    assert [path.read_bytes() for path in expired(root, days=14)] == [
        f"log 5 {cells[5]}".encode()
    ]  # the log of run 1 is of what the regression was held against
    for path in expired(root, days=0):
        path.unlink()
    assert whole - logs(root) == {f"log 5 {cells[5]}", f"log 15 {cells[15]}"}
    assert {"how it stopped", f"log 10 {cells[10]}", f"log 20 {cells[20]}"} < logs(root)
    ledger = FileLedger.read(root)
    gone = ledger.folded(5, cells[5], 0)[0].observation.log
    assert ledger.blob(gone) is None
    assert expired(root / "none", days=0) == ()
