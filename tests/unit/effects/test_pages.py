"""The files of a wheel that was unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.effects import pages
from bot.effects.pages import FolderPages, WheelPages, installed

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


def test_what_is_installed_is_found_by_its_name(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("Greet_Me-1.dist-info", "bare-1.dist-info"):
        (site / name).mkdir(parents=True)
    (site / "Greet_Me-1.dist-info" / "RECORD").write_text("greet.py,sha256=x,9\n")
    python = tmp_path / "bin" / "python"
    found = installed(python, "greet-me")
    assert found is not None
    assert found.files == {"greet.py": "sha256=x"}
    assert installed(python, "greet") is None
    assert installed(python, "bare") is None, "nobody says which files are its own"


def test_a_folder_is_a_package_without_what_its_dependencies_brought(tmp_path: Path) -> None:
    for path in ("package.json", "llama/llama.cpp.info.json", "node_modules/x/package.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}")
    found = FolderPages(folder=tmp_path)
    assert list(found.files) == ["llama/llama.cpp.info.json", "package.json"]
    assert (found.text("package.json"), found.text("none")) == ("{}", "")
