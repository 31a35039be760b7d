"""The files of a wheel that was unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.effects import pages
from bot.effects.pages import WheelPages

INFO = "greet-1.dist-info"


def test_a_wheel_lists_its_files_and_shows_their_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / INFO).mkdir()
    record = f"greet.py,sha256=x,9\n__pycache__/greet.pyc,,\n{INFO}/RECORD\n"
    (tmp_path / INFO / "RECORD").write_text(record)
    (tmp_path / "greet.py").write_text("x = 'ä'\n", encoding="utf-8")
    found = WheelPages(crate=tmp_path, info=INFO)
    assert found.files == {"greet.py": "sha256=x", f"{INFO}/RECORD": ""}
    assert found.text("greet.py") == "x = 'ä'\n"
    assert found.text("gone.py") == ""
    monkeypatch.setattr(pages, "LARGEST", 3)
    assert found.text("greet.py") == ""
