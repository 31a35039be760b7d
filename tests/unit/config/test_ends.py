"""An end of a search: files, locks, what git remembers, and what is wrong with them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.config.ends import read_end
from bot.errors import ConfigError, UsageError


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("greet==1.0\n")
    assert read_end(str(tmp_path / "good.txt"), "3.11").lines == ("greet==1.0",)
    lock = '[[package]]\nname = "greet"\nversion = "1.0"\nsource = { registry = "x" }\n'
    (tmp_path / "uv.lock").write_text(lock)
    assert read_end(str(tmp_path / "uv.lock"), "3.11").lines == ("greet==1.0",)
    (tmp_path / "pylock.dev.toml").write_text('[[packages]]\nname = "greet"\nversion = "1.0"\n')
    assert read_end(str(tmp_path / "pylock.dev.toml"), "3.11").lines == ("greet==1.0",)


def test_git_remembers_a_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    person = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    (tmp_path / "r.txt").write_text("greet==1.0\n")
    for words in (["init", "-q"], ["add", "r.txt"], [*person, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], check=True)
    (tmp_path / "r.txt").write_text("greet==2.0\n")
    assert read_end("git:HEAD:r.txt", "3.11").lines == ("greet==1.0",)
    with pytest.raises(UsageError, match="git does not know HEAD:other"):
        read_end("git:HEAD:other.txt", "3.11")
    with pytest.raises(UsageError, match="names no file"):
        read_end("git:HEAD", "3.11")


def test_what_cannot_be_an_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        read_end(str(tmp_path / "none.txt"), "3.11")
    with pytest.raises(UsageError, match="cannot be read"):
        read_end(str(tmp_path), "3.11")
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(UsageError, match="asks for nothing"):
        read_end(str(tmp_path / "empty.txt"), "3.11")
    (tmp_path / "wrong.txt").write_text("greet=>1\n")
    with pytest.raises(ConfigError, match=r"wrong\.txt:1:1"):
        read_end(str(tmp_path / "wrong.txt"), "3.11")
