"""What every ledger keeps, run on the real one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.facts import Body, CellDone, RunEnded
from bot.errors import LedgerError
from bot.ledger.files import FileLedger
from bot.ports import Ledger
from tests.unit.ledger.examples import AT, BODIES, STARTED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def ledger(root: Path) -> Iterator[FileLedger]:
    with FileLedger.open(root, clock=lambda: AT) as opened:
        opened.begin(STARTED)
        yield opened


def done(cell: str) -> CellDone:
    return CellDone(cell=cell, environment="uv", seconds=0)


def test_it_is_a_ledger(ledger: FileLedger) -> None:
    port: Ledger = ledger
    fact = port.tell(done("a"), job="j")
    assert fact in port.facts()
    assert port.blob(port.keep(b"log")) == b"log"


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_what_was_told_is_there_after_reopening(root: Path, body: Body) -> None:
    with FileLedger.open(root) as first:
        first.begin(STARTED)
        fact = first.tell(body, job="j", attempt=2)
    again = FileLedger.read(root)
    assert fact in again.facts()
    assert fact.id in {each.id for each in again.facts()}
    assert again.notices == []


def test_telling_twice_is_telling_once(ledger: FileLedger, root: Path) -> None:
    assert ledger.tell(done("a"), job="j") == ledger.tell(done("a"), job="j")
    ledger.tell(done("a"), job="j", attempt=1)
    assert len(ledger.facts()) == len(FileLedger.read(root).facts()) == 3


def test_the_order_is_run_job_attempt_and_then_telling(ledger: FileLedger, root: Path) -> None:
    for job, attempt, cell in (("b", 1, "1"), ("b", 0, "2"), ("a", 0, "4"), ("a", 0, "3")):
        ledger.tell(done(cell), job=job, attempt=attempt)
    told = [fact.body.cell for fact in ledger.facts() if isinstance(fact.body, CellDone)]
    assert told == ["4", "3", "2", "1"]
    assert FileLedger.read(root).facts() == ledger.facts()


def test_threads_may_tell_at_once(ledger: FileLedger, root: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ledger.tell(done(f"{n:03}"), job=f"{n % 5}"), range(120)))
    again = FileLedger.read(root)
    assert len(again.facts()) == 121
    assert again.notices == []
    assert again.facts() == ledger.facts()


def test_runs_are_numbered_and_an_ended_one_is_not_resumed(root: Path) -> None:
    for number in (1, 2, 3):
        with FileLedger.open(root) as ledger:
            assert ledger.begin(STARTED) == number
            assert not ledger.resumed
            ledger.tell(RunEnded(newly_broken=0), job="run")


def test_an_interrupted_run_is_resumed(root: Path) -> None:
    with FileLedger.open(root) as ledger:
        ledger.begin(STARTED)
        ledger.tell(done("a"), job="j")
    with FileLedger.open(root) as ledger:
        assert ledger.begin(replace(STARTED, at=AT.replace(year=2027))) == 1
        assert ledger.resumed
        ledger.tell(done("b"), job="j")
        assert [fact.run for fact in ledger.facts()] == [1, 1, 1]


def test_an_interrupted_run_that_was_asked_something_else_is_left(root: Path) -> None:
    with FileLedger.open(root) as ledger:
        ledger.begin(STARTED)
    with FileLedger.open(root) as ledger:
        assert ledger.begin(replace(STARTED, config="another")) == 2
        assert not ledger.resumed


def test_nothing_is_told_before_a_run_begins(root: Path) -> None:
    with FileLedger.open(root) as ledger, pytest.raises(LedgerError, match="no run"):
        ledger.tell(done("a"), job="j")


def test_a_second_writer_is_told_who_writes(ledger: FileLedger, root: Path) -> None:
    with pytest.raises(LedgerError, match=f"process {os.getpid()} since 2026-11-22") as caught:
        FileLedger.open(root)
    assert f"kill {os.getpid()}" in caught.value.cure
    assert FileLedger.read(root).facts() == ledger.facts()
    ledger.close()
    FileLedger.open(root).close()


def test_reading_makes_and_changes_nothing(root: Path) -> None:
    reader = FileLedger.read(root)
    assert reader.facts() == ()
    assert not root.exists()
    with pytest.raises(LedgerError, match="reading only"):
        reader.keep(b"x")


def test_a_reader_leaves_a_torn_line_to_the_writer(root: Path) -> None:
    with FileLedger.open(root) as ledger:
        ledger.begin(STARTED)
    segment = root / "facts" / "000001.ndjson"
    segment.write_bytes(segment.read_bytes() + b'{"v":1,"ru')
    before = segment.read_bytes()
    assert len(FileLedger.read(root).facts()) == 1
    assert segment.read_bytes() == before


def test_a_torn_line_is_cut_off_kept_and_told(root: Path) -> None:
    with FileLedger.open(root) as ledger:
        ledger.begin(STARTED)
    segment = root / "facts" / "000001.ndjson"
    whole = segment.read_bytes()
    segment.write_bytes(whole + b'{"v":1,"ru')
    with FileLedger.open(root) as ledger:
        assert "torn line; its 10 bytes" in ledger.notices[0]
        ledger.begin(STARTED)
        ledger.tell(done("a"), job="j")
    assert [path.read_bytes() for path in (root / "torn").iterdir()] == [b'{"v":1,"ru']
    assert segment.read_bytes().startswith(whole)
    assert len(FileLedger.read(root).facts()) == 2
    assert FileLedger.read(root).notices == []


def test_a_strange_line_hides_no_other(root: Path) -> None:
    with FileLedger.open(root) as ledger:
        ledger.begin(STARTED)
        ledger.tell(done("a"), job="j")
    segment = root / "facts" / "000001.ndjson"
    first, second = segment.read_bytes().splitlines(keepends=True)
    strange = b'\xff\x00\n{"v":1,"run":1,"job":"j","attempt":0,"body":{"kind":"Dreamt"}}\n'
    segment.write_bytes(first + strange + second)
    again = FileLedger.read(root)
    assert len(again.facts()) == 2
    assert [note.split(" was")[0] for note in again.notices] == [
        "000001.ndjson:2",
        "000001.ndjson:3",
    ]
    assert "Dreamt" in again.notices[1]


def test_a_damaged_blob_counts_as_expired_until_it_is_kept_again(
    ledger: FileLedger, root: Path
) -> None:
    name = ledger.keep(b"evidence")
    path = root / "blobs" / name[:2] / name
    path.write_bytes(b"evidencf")
    assert ledger.blob(name) is None
    assert name[:12] in ledger.notices[0]
    assert ledger.keep(b"evidence") == name
    assert ledger.blob(name) == b"evidence"


@pytest.mark.parametrize("name", ["", "0" * 64, "../lock", "0" * 63 + "/"])
def test_a_blob_that_is_not_there_is_none(ledger: FileLedger, name: str) -> None:
    assert ledger.blob(name) is None
    assert ledger.notices == []


def test_a_blob_that_cannot_be_kept_is_told_with_a_cure(ledger: FileLedger, root: Path) -> None:
    (root / "blobs").write_text("a file")
    with pytest.raises(LedgerError, match="cannot be kept") as caught:
        ledger.keep(b"evidence")
    assert caught.value.cure


def test_the_state_folder_ignores_itself(ledger: FileLedger, root: Path) -> None:
    del ledger
    assert (root / ".gitignore").read_text() == "*\n"


def test_a_root_that_is_a_file_is_refused_with_a_cure(root: Path) -> None:
    root.write_text("mine")
    with pytest.raises(LedgerError, match="state folder") as caught:
        FileLedger.open(root)
    assert caught.value.cure
    assert root.read_text() == "mine"


_FILLS_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from bot.errors import LedgerError
from bot.ledger.files import FileLedger
from tests.contract.test_ledger import done
from tests.unit.ledger.examples import STARTED

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
ledger = FileLedger.open(Path(sys.argv[1]))
ledger.begin(STARTED)
try:
    for n in range(100):
        ledger.tell(done(str(n)), job="j")
except LedgerError as error:
    sys.stdout.write(f"{len(ledger.facts())} {error.cure}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_loses_nothing_that_was_told(root: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _FILLS_THE_DISK, str(root)],
        capture_output=True,
        text=True,
        check=True,
    )
    told, cure = ran.stdout.split(" ", 1)
    assert "make room" in cure
    with FileLedger.open(root) as ledger:
        assert ledger.notices == []
        assert len(ledger.facts()) == int(told) > 1


def _tell_for_ever(root: Path) -> None:
    ledger = FileLedger.open(root)
    ledger.begin(STARTED)
    for number in range(1_000_000):
        ledger.tell(done(str(number)), job="j")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_writer_leaves_a_ledger_that_opens(root: Path) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=_tell_for_ever, args=(root,))
    writer.start()
    segment = root / "facts" / "000001.ndjson"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (not segment.exists() or segment.stat().st_size < 2000):
        time.sleep(0.01)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    with FileLedger.open(root) as ledger:
        assert ledger.begin(STARTED) == 1
        assert ledger.resumed
        cells = [fact.body.cell for fact in ledger.facts() if isinstance(fact.body, CellDone)]
        assert len(cells) > 5
        assert cells == [str(number) for number in range(len(cells))]
