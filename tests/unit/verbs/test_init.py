"""The sample matrix is this repository's own, and is never written over a person's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import Options, matrix_of
from bot.errors import UsageError
from bot.verbs import init as verb
from bot.verbs.init import init

ROOT = Path(__file__).parents[3]


def test_it_writes_a_matrix_without_mistakes(tmp_path: Path) -> None:
    file = init(tmp_path / "matrix.yaml")
    assert file.read_bytes() == (ROOT / "matrix.yaml").read_bytes()
    assert matrix_of(Options(config=file, state=tmp_path, reports=tmp_path)).rows


def test_it_leaves_a_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "matrix.yaml"
    file.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        init(file)
    assert file.read_text() == "mine"


def test_it_makes_no_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        init(tmp_path / "no" / "matrix.yaml")


def test_a_broken_installation_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "PLACES", (tmp_path / "none",))
    with pytest.raises(UsageError, match="not installed"):
        init(tmp_path / "matrix.yaml")
