"""What was compiled once is lent, and never stands for a source that it was not made of."""

from __future__ import annotations

import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

from bot.effects import bytecode
from bot.effects.bytecode import CACHE, Bytecode
from bot.effects.shelf import Wheel, index, link
from tests.unit.effects.test_shelf import crate

FLAGS = slice(4, 8)  # of the head of a compiled file (PEP 552)
TAG = sys.implementation.cache_tag
PYTHON = Path(sys.executable)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bytecode:
    """What is kept where every module is worth it."""
    monkeypatch.setattr(bytecode, "MANY", 1)
    return Bytecode(root=tmp_path / "kept")


def wheel(root: Path, word: str, name: str = "crate") -> Wheel:
    """Put one release on a shelf, of which a cell loaded the half."""
    files = {
        "greet/__init__.py": "from greet.loud import word\n",
        "greet/loud.py": f"word = '{word}'\n",
        "greet/silent.py": "",
        "alone.py": "word = 'alone'\n",
    }
    found = index(crate(root, name, greet_1=files))["greet"]
    for module in ("__init__", "loud"):
        py_compile.compile(str(found.crate / "greet" / f"{module}.py"))
    return found


def site(root: Path, name: str, word: str) -> Path:
    """Install the same release anew, perhaps with another word, of the same size and second."""
    place = wheel(root, word, name).crate
    for file in place.rglob("*.pyc"):
        file.unlink()
    return place


def says(place: Path, module: str = "greet") -> tuple[str, bool]:
    """Import a module; return its word, and whether anything was compiled for it."""
    code = f"import sys; sys.path.insert(0, {str(place)!r}); import {module}; print({module}.word)"
    argv = [sys.executable, "-I", "-S", "-B", "-v", "-c", code]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True)
    return ran.stdout.strip(), f"code object from {place}" in ran.stderr


def compiled(place: Path) -> dict[str, bytes]:
    return {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*.pyc")}


def test_what_was_loaded_is_compiled_by_content_and_lent(tmp_path: Path, kept: Bytecode) -> None:
    kept.keep([wheel(tmp_path, "hello")], PYTHON)
    place = site(tmp_path, "site", "hello")
    assert says(place) == ("hello", True)
    kept.lend(place)
    names = {f"greet/{CACHE}/__init__", f"greet/{CACHE}/loud", f"{CACHE}/alone"}
    assert compiled(place).keys() == {f"{name}.{TAG}.pyc" for name in names}
    assert {content[FLAGS] for content in compiled(place).values()} == {b"\x03\0\0\0"}
    assert says(place) == ("hello", False)
    assert says(place, "alone") == ("alone", False)


def test_another_source_of_the_same_size_and_second_is_compiled_anew(
    tmp_path: Path, kept: Bytecode
) -> None:
    one = wheel(tmp_path, "hello")
    kept.keep([one], PYTHON)
    place = site(tmp_path, "site", "hullo")
    for source in place.rglob("*.py"):
        before = (one.crate / source.relative_to(place)).stat()
        assert before.st_size == source.stat().st_size
        os.utime(source, ns=(before.st_mtime_ns, before.st_mtime_ns))
    kept.lend(place)
    assert compiled(place)
    assert says(place) == ("hullo", True)


def test_what_a_cell_left_is_not_passed_on(tmp_path: Path, kept: Bytecode) -> None:
    """A package may write what it likes beside another's source: only the source counts."""
    one = wheel(tmp_path, "hello")
    forged = tmp_path / "forged.py"
    forged.write_text("word = 'forged'\n")
    (left,) = (one.crate / "greet" / CACHE).glob("loud.*")
    py_compile.compile(str(forged), cfile=str(left))
    kept.keep([one], PYTHON)
    place = site(tmp_path, "site", "hello")
    kept.lend(place)
    assert says(place) == ("hello", False)


def test_what_is_lent_is_a_copy(tmp_path: Path, kept: Bytecode) -> None:
    kept.keep([wheel(tmp_path, "hello")], PYTHON)
    places = [site(tmp_path, name, "hello") for name in ("one", "two")]
    kept.lend(places[0])
    for file in places[0].rglob("*.pyc"):
        file.write_bytes(b"spoiled")
    kept.lend(places[0])
    kept.lend(places[1])
    assert set(compiled(places[0]).values()) == {b"spoiled"}
    assert says(places[1]) == ("hello", False)


def test_another_release_borrows_nothing(tmp_path: Path, kept: Bytecode) -> None:
    kept.keep([wheel(tmp_path, "hello")], PYTHON)
    place = crate(tmp_path, "site", greet_2={"greet/__init__.py": "word = 'two'\n"})
    kept.lend(place)
    assert not compiled(place)


def test_what_does_not_compile_is_left_out(tmp_path: Path, kept: Bytecode) -> None:
    one = wheel(tmp_path, "hello")
    (one.crate / "greet" / "loud.py").write_text("word = \n")
    kept.keep([one], PYTHON)
    assert not list(kept.root.rglob("loud.*"))
    assert list(kept.root.rglob("__init__.*"))


def test_little_is_not_worth_it(tmp_path: Path) -> None:
    kept = Bytecode(root=tmp_path / "kept")
    kept.keep([wheel(tmp_path, "hello")], PYTHON)
    assert not kept.pays
    assert not kept.root.exists()


def test_it_is_compiled_once(
    tmp_path: Path, kept: Bytecode, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = wheel(tmp_path, "hello")
    kept.keep([one], PYTHON)
    monkeypatch.setattr(bytecode, "run", None)  # whoever calls it again fails
    kept.keep([one], PYTHON)


def test_a_module_of_one_file_finds_what_lies_compiled(tmp_path: Path, kept: Bytecode) -> None:
    one = wheel(tmp_path, "hello")
    kept.keep([one], PYTHON)
    kept.lend(one.crate)
    place = tmp_path / "site"
    place.mkdir()
    link([one], place, tmp_path)
    assert says(place, "alone") == ("alone", False)
