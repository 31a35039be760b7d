"""Every solver keeps the contract, on a small index of real wheels in a folder."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.model import Closure, Conflict, Pin, Requirements
from bot.errors import SourceError, UsageError
from bot.solvers.uv import UvSolver
from tests.mini.wheels import write_index, write_wheel

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    for version, needs in (("1.0", "leaf<2"), ("2.0", "leaf<2"), ("3.0", "leaf>=2")):
        write_wheel(folder, "pot", version, {"pot.py": ""}, [needs])
    for version in ("1.0", "1.1", "2.0"):
        write_wheel(folder, "leaf", version, {"leaf.py": ""})
    write_wheel(folder, "new", "1.0", {"new.py": ""}, requires_python=">=3.90")
    write_wheel(folder, "foreign", "1.0", {"f.py": ""}, tag="cp311-cp311-win_amd64")
    return folder


@pytest.fixture
def index(tmp_path: Path, files: Path) -> str:
    late = {"pot-3.0-py3-none-any.whl": JUNE}
    yanked = {"pot-2.0-py3-none-any.whl": "broken <really>"}
    return write_index(tmp_path, sorted(files.glob("*.whl")), late, yanked).as_uri()


@pytest.fixture
def solver(index: str, tmp_path: Path) -> UvSolver:
    return UvSolver(index_args=("--default-index", index), cache=tmp_path / "cache")


def closed(solver: UvSolver, asked: Requirements) -> dict[str, str]:
    answer = solver.close(asked)
    assert isinstance(answer, Closure), answer
    return answer.versions


def test_a_closure_has_everything_with_the_hash_of_its_file(solver: UvSolver, files: Path) -> None:
    answer = solver.close(Requirements(pins=("pot",)))
    wheel = files / "leaf-2.0-py3-none-any.whl"
    sha256 = f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    assert isinstance(answer, Closure)
    assert answer.versions == {"leaf": "2.0", "pot": "3.0"}
    assert answer.pins[0] == Pin(name="leaf", version="2.0", hashes=(sha256,))


def test_a_yanked_release_is_avoided_unless_it_is_pinned(solver: UvSolver) -> None:
    assert closed(solver, Requirements(pins=("pot<3",)))["pot"] == "1.0"
    assert closed(solver, Requirements(pins=("pot==2.0",)))["pot"] == "2.0"


def test_what_is_preferred_holds_where_nothing_forbids_it(solver: UvSolver) -> None:
    known = Closure(pins=(Pin(name="leaf", version="1.0"), Pin(name="pot", version="1.0")))
    assert closed(solver, Requirements(pins=("pot",), prefer=known)) == known.versions
    moved = closed(solver, Requirements(pins=("pot==3.0",), prefer=known))
    assert moved == {"leaf": "2.0", "pot": "3.0"}


def test_what_is_claimed_is_taken_at_its_lowest_and_the_rest_as_it_was(solver: UvSolver) -> None:
    low = Requirements(pins=("pot==1.0", "leaf>=1.1,<2"), lowest=True)
    assert closed(solver, low) == {"pot": "1.0", "leaf": "1.1"}
    assert closed(solver, Requirements(pins=("pot==1.0", "leaf<2,>=1"), lowest=True)) == {
        "pot": "1.0",
        "leaf": "1.0",
    }
    known = Closure(pins=(Pin(name="pot", version="2.0"),))
    asked = Requirements(pins=("pot>=1", "leaf>=1.0"), prefer=known, lowest=True)
    assert closed(solver, asked) == {"pot": "2.0", "leaf": "1.0"}
    against = Requirements(pins=("pot==3.0", "leaf<2,>=1"), lowest=True)
    assert isinstance(solver.close(against), Conflict)


def test_a_cutoff_hides_what_came_later(solver: UvSolver) -> None:
    may = datetime(2026, 5, 1, tzinfo=UTC)
    assert closed(solver, Requirements(pins=("pot",), cutoff=may))["pot"] == "1.0"
    assert isinstance(solver.close(Requirements(pins=("pot==3.0",), cutoff=may)), Conflict)


@pytest.mark.parametrize(
    ("pins", "named"),
    [
        (("pot==3.0", "leaf==1.0"), "leaf>=2"),
        (("pot==9",), "pot==9"),
        (("nosuch",), "nosuch"),
        (("new",), "Python"),
        (("foreign",), "foreign"),
    ],
)
def test_a_contradiction_is_a_value_in_plain_words(
    solver: UvSolver, tmp_path: Path, pins: tuple[str, ...], named: str
) -> None:
    answer = solver.close(Requirements(pins=pins))
    assert isinstance(answer, Conflict)
    assert named in answer.why
    assert answer == solver.close(Requirements(pins=pins))
    assert "\n" not in answer.why
    assert str(tmp_path) not in answer.why


def test_another_interpreter_needs_not_be_here(solver: UvSolver) -> None:
    assert closed(solver, Requirements(pins=("new",), interpreter="3.91")) == {"new": "1.0"}


def test_what_cannot_be_read_is_refused(solver: UvSolver) -> None:
    with pytest.raises(UsageError, match="parse"):
        solver.close(Requirements(pins=("po t==",)))


def test_files_in_a_folder_are_an_index_too(files: Path) -> None:
    solver = UvSolver(index_args=("--find-links", str(files), "--no-index"))
    assert closed(solver, Requirements(pins=("pot==1.0",)))["leaf"] == "1.1"


def test_an_index_that_is_not_there_is_no_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    away = ("--default-index", "http://127.0.0.1:9/simple")
    for offline in (False, True):
        solver = UvSolver(index_args=away, cache=tmp_path / "cache", offline=offline)
        with pytest.raises(SourceError) as caught:
            solver.close(Requirements(pins=("pot",)))
        assert caught.value.cure
