"""Every mistake in what a search is handed: one clear message, with its place and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.ends import read_end
from bot.core.pins import Asked
from bot.errors import UsageError
from bot.ports import Ran
from bot.verbs import inputs


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(where: str) -> Asked:
    return read_end(where, "3.11")


def test_both_ends_are_read_and_equal_ones_once(here: Path) -> None:
    (here / "a.txt").write_text("tea==1\n")
    (here / "b.txt").write_text("tea==2\n")
    told = inputs.ends(("a.txt", "b.txt"), read)
    assert [asked.lines for asked in told] == [("tea==1",), ("tea==2",)]
    assert len(inputs.ends(("a.txt", "a.txt"), read)) == 2


def test_everything_that_is_wrong_in_both_ends_is_told_at_once(here: Path) -> None:
    (here / "a.txt").write_text("-r x.txt\n")
    (here / "b.txt").write_text("===\n")
    with pytest.raises(UsageError) as raised:
        inputs.ends(("a.txt", "b.txt"), read)
    assert "a.txt:1:1" in raised.value.message
    assert "b.txt:1:1" in raised.value.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file p.py"),
        (b"x = '\xe9'\n", "p.py is not in UTF-8: byte 6"),
        (b"x = 1\nprint(\n", "p.py:2:6: '(' was never closed"),
        (b"\n", "p.py is empty"),
    ],
)
def test_a_program_must_be_one(content: bytes | None, words: str, here: Path) -> None:
    if content is not None:
        (here / "p.py").write_bytes(content)
    with pytest.raises(UsageError) as raised:
        inputs.program(Path("p.py"))
    assert words in raised.value.message
    assert raised.value.cure


def test_a_folder_is_no_program_and_no_place_for_a_result(here: Path) -> None:
    (here / "d").mkdir()
    with pytest.raises(UsageError, match="d cannot be read"):
        inputs.program(Path("d"))
    with pytest.raises(UsageError, match="is a folder"):
        inputs.writable("d")
    inputs.writable("out.json")
    inputs.writable(None)


def test_odd_bytes_are_no_program(here: Path) -> None:
    (here / "p.py").write_bytes(b"x = 1\0\n")
    with pytest.raises(UsageError, match="null bytes"):
        inputs.program(Path("p.py"))
    (here / "p.py").write_text("print(1)\n")
    assert inputs.program(Path("p.py")) == "print(1)\n"


def test_an_interpreter_must_be_here(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter([0, 2])

    class Uv:
        def run(self, *command: str, cwd: Path, seconds: float) -> Ran:
            assert (command[:2], cwd.is_dir(), seconds > 0) == (("python", "find"), True, True)
            return Ran(returncode=next(codes), output="")

    monkeypatch.setattr(inputs, "Uv", Uv)
    monkeypatch.setattr(inputs, "interpreter", lambda version: version)
    assert inputs.python("3.9") == "3.9"
    with pytest.raises(UsageError, match=r"no Python 3\.99 here"):
        inputs.python("3.99")
    with pytest.raises(UsageError, match="is no version"):
        inputs.python("snake")
    monkeypatch.setattr(inputs, "interpreter", lambda _: "/usr/bin/python3")
    assert inputs.python("3.11") == "3.11"


def test_folders_must_be_there_and_addresses_stay(here: Path) -> None:
    (here / "wheels").mkdir()
    told = inputs.folders(("wheels", "https://x.test/links"))
    assert told == (str(here.resolve() / "wheels"), "https://x.test/links")
    with pytest.raises(UsageError, match="no folder nowhere"):
        inputs.folders(("nowhere",))
