"""A fold is, line for line, the segments that it is made of."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.facts import Body, Fact
from bot.ledger import fold as module
from bot.ledger.codec import encode
from bot.ledger.fold import Fold, FoldError, Folding
from bot.ledger.folding import block, fold_old
from bot.ledger.runs import Runs, content, segment_name, text
from tests.unit.ledger.examples import BODIES

JOBS = ("run", 'a "quoted" \\ job', "caf\u00e9 \u2028")
STRANGE = [
    "",
    '{"v":1,"run":1,"job":"j","attempt":0,"body":{\x010\x01}}',
    "nonsense",
    '{"v":2,"run":1}',
    '{"v":1,"run":07,"job":"j","attempt":0,"body":{}}',
]


def lines_of(run: int) -> list[str]:
    facts = [
        Fact(run=run, job=job, attempt=at % 3, body=body)
        for job in JOBS
        for at, body in enumerate(BODIES)
    ]
    return [encode(fact) for fact in facts]


def folded(folder: Path, runs: dict[int, list[str]]) -> Fold:
    folding = Folding()
    for run, lines in runs.items():
        folding.add(run, lines)
    path = folder / "000001-000016.fold"
    path.write_bytes(folding.content())
    return Fold(path)


def test_every_kind_of_line_comes_back_as_it_was(tmp_path: Path) -> None:
    runs = {run: [*lines_of(run), *STRANGE, *lines_of(run)] for run in (1, 2, 5)}
    fold = folded(tmp_path, runs)
    assert fold.runs == (1, 2, 5)
    assert {run: fold.lines(run) for run in runs} == runs
    assert fold.odd(2) == [*STRANGE]


@given(st.lists(st.one_of(st.text(), st.sampled_from([*lines_of(1), *lines_of(2), *STRANGE]))))
def test_whatever_lines_come_back(
    tmp_path_factory: pytest.TempPathFactory, told: list[str]
) -> None:
    place = tmp_path_factory.mktemp("fold")
    assert folded(place, {1: told}).lines(1) == told


def test_bytes_that_are_no_text_come_back(tmp_path: Path) -> None:
    held = b'\xff\xfe{"v":1\n' + content(lines_of(1))
    assert content(folded(tmp_path, {1: text(held)}).lines(1)) == held


def test_equal_runs_are_equal_bytes_and_little_more(tmp_path: Path) -> None:
    def size(count: int) -> int:
        fold = folded(tmp_path, {run: lines_of(run) for run in range(1, count + 1)})
        return fold.path.stat().st_size

    assert (
        folded(tmp_path, {1: lines_of(1)}).path.read_bytes()
        == folded(tmp_path, {1: lines_of(1)}).path.read_bytes()
    )
    assert size(16) < 4 * size(1)


def test_a_plan_that_is_the_same_again_is_pointed_to(tmp_path: Path) -> None:
    fold = folded(tmp_path, {run: lines_of(run) for run in (1, 2)})
    assert len(fold.plan(1)) == len(fold.plan(2)) == 6
    assert fold.planned_anew(1) == fold.plan(1)
    assert fold.planned_anew(2) == []
    assert fold.plan(3) == fold.rows(3) == []


def test_a_damaged_fold_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "000001-000001.fold"
    for held in (b"", b"nonsense"):
        path.write_bytes(held)
        with pytest.raises(FoldError, match="cannot be read"):
            Fold(path)
    row = [1, 0, '"j"', 0, 0, ""]
    whole = {
        "v": 1,
        "runs": [1],
        "told": [row],
        "plans": [],
        "odd": [],
        "bodies": ["{}"],
        "pins": [],
    }
    wrong: tuple[object, ...] = (
        {"v": 1}, {"v": 1, "runs": 3}, [], {**whole, "bodies": []}, {**whole, "told": [row[:4]]},
        {**whole, "told": [[1, 0, 7, 0, 0, ""]]}, {**whole, "odd": [[1, "x", 2]]},
        {**whole, "bodies": ["a\x010\x01b"]}, {**whole, "bodies": ["\x01x\x01"]},
    )  # fmt: skip
    for told in wrong:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("told.json", json.dumps(told))
        with pytest.raises(FoldError, match="no fold"):
            Fold(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("told.json", json.dumps({**whole, "v": 2}))
    with pytest.raises(FoldError, match="version 2, which another stackmatrix wrote"):
        Fold(path)
    path.write_bytes(folded(tmp_path, {1: lines_of(1), 2: lines_of(2)}).path.read_bytes())
    assert Runs.at(tmp_path, [path.name]).fold(path.name) is None
    monkeypatch.setattr(module, "MOST", 10)
    with pytest.raises(FoldError, match="larger"):
        folded(tmp_path, {1: lines_of(1)})


def kept(folder: Path, runs: dict[int, list[str]]) -> None:
    for run, lines in runs.items():
        (folder / segment_name(run)).write_bytes(content(lines))


def test_old_runs_are_folded_by_blocks_and_nothing_changes(tmp_path: Path) -> None:
    runs = {run: lines_of(run)[:run] for run in (*range(1, 16), *range(17, 36))}
    kept(tmp_path, runs)
    assert fold_old(tmp_path) == 4
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "000001-000016.fold", "000017-000032.fold", "000033-000033.fold", "000034-000034.fold",
        "000035.ndjson",
    ]  # fmt: skip
    there = Runs.at(tmp_path)
    assert {run: there.of(run, held) for run, held in there.holders().items()} == runs
    assert fold_old(tmp_path) == 0


def test_what_came_late_is_folded_in(tmp_path: Path) -> None:
    kept(tmp_path, {run: lines_of(run)[:2] for run in range(1, 20)})
    fold_old(tmp_path)
    kept(tmp_path, {3: lines_of(3)[1:4]})
    assert fold_old(tmp_path) == 1
    there = Runs.at(tmp_path)
    assert there.of(3, there.holders()[3]) == lines_of(3)[:4]


def test_a_damaged_fold_is_left_alone(tmp_path: Path) -> None:
    kept(tmp_path, {run: lines_of(run)[:2] for run in range(1, 20)})
    damaged = tmp_path / "000001-000016.fold"
    damaged.write_bytes(b"nonsense")
    fold_old(tmp_path)
    assert damaged.read_bytes() == b"nonsense"
    assert (tmp_path / segment_name(3)).exists()
    assert any("nothing" in n or "cannot be read" in n for n in _notices(tmp_path))


def _notices(folder: Path) -> list[str]:
    runs = Runs.at(folder)
    runs.holders()
    return runs.notices


def test_the_last_run_is_in_no_block() -> None:
    assert block(256, last=257) == (1, 256)
    with pytest.raises(ValueError, match="not older"):
        block(4, last=4)


def test_there_is_a_body_of_every_kind() -> None:
    bodies: tuple[Body, ...] = BODIES
    assert len(lines_of(1)) == len(JOBS) * len(bodies)
