"""A ledger in one file: what went in comes out, and what is none is refused."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.ledger.packed import pack, unpacked


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    for name in ("facts/000001.ndjson", "blobs/ab/cd", "envs/big", "lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_facts_and_blobs_come_back_and_nothing_else(state: Path, tmp_path: Path) -> None:
    pack(state, tmp_path / "one.tar.xz")
    with unpacked(tmp_path / "one.tar.xz") as folder:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        assert [path.relative_to(folder).as_posix() for path in files] == [
            "blobs/ab/cd",
            "facts/000001.ndjson",
        ]
        assert files[1].read_text() == "facts/000001.ndjson"
    assert not folder.exists()


def test_equal_ledgers_are_equal_files(state: Path, tmp_path: Path) -> None:
    pack(state, tmp_path / "one.tar.xz")
    (state / "facts" / "000001.ndjson").touch()
    pack(state, tmp_path / "other.tar.xz")
    assert (tmp_path / "one.tar.xz").read_bytes() == (tmp_path / "other.tar.xz").read_bytes()


def test_a_folder_is_itself(state: Path) -> None:
    with unpacked(state) as folder:
        assert folder == state
    assert state.exists()


@pytest.mark.parametrize("name", ["nothing", "junk.tar.xz", "outside.tar"])
def test_what_is_no_ledger_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    (tmp_path / "junk.tar.xz").write_bytes(b"no archive")
    with tarfile.open(tmp_path / "outside.tar", "w") as archive:
        info = tarfile.TarInfo("../outside")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(LedgerError, match=name), unpacked(tmp_path / name):
        pass
    assert not (tmp_path.parent / "outside").exists()
