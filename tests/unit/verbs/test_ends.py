"""An end of a search by its names: what is a file is read, and the ledger knows its cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.facts import Planned, RunStarted
from bot.core.model import Cell, Closure, Pin
from bot.effects.clock import now
from bot.errors import UsageError
from bot.ledger.files import FileLedger
from bot.verbs.ends import cell_of, end_of
from tests.unit.steps.fakes import cell_of as cell

OLD, NEW = cell(greet="1.0", h11="0.14"), cell(greet="2.0", h11="0.16")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    node = replace(OLD, closure=Closure(pins=(Pin(name="a/node_modules/b", version="1"),)))
    planned = (OLD, NEW, replace(node, components=(("b", "1"),)))
    with FileLedger.open(tmp_path / "state") as ledger:
        ledger.begin(RunStarted(at=now(), bot="1", config="c", suite="s"))
        for each in planned:
            fact = Planned(row=each.row, trigger=each.name, cell=each, against="")
            ledger.tell(fact, job="plan")
    return tmp_path / "state"


def test_a_cell_goes_by_its_id_or_its_key(state: Path) -> None:
    assert end_of(OLD.name, "3.11", state).lines == ("greet==1.0", "h11==0.14")
    assert end_of(NEW.key[:8], "3.11", state).exact


def test_a_file_comes_first(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(state.parent)
    Path("good.txt").write_text("greet==3.0\n")
    assert end_of("good.txt", "3.11", state).lines == ("greet==3.0",)


def test_a_name_that_nothing_has_is_told_with_what_comes_near(state: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no cell of that name") as near:
        end_of(OLD.name.replace("greet", "gret"), "3.11", state)
    assert near.value.cure == f"did you mean `{OLD.name}`?"
    with pytest.raises(UsageError) as far:
        end_of("good.txt", "3.11", state)
    assert "a cell of the ledger" in far.value.cure
    with pytest.raises(UsageError, match=r"there is no file good\.txt$"):
        end_of("good.txt", "3.11", tmp_path / "nothing")


def test_a_cell_without_python_packages_is_no_end(state: Path) -> None:
    with pytest.raises(UsageError, match="no Python packages"):
        end_of(replace(OLD, components=(("b", "1"),)).name, "3.11", state)


def test_of_equal_ids_the_last_is_meant() -> None:
    known: dict[str, Cell] = {each.key: each for each in (OLD, replace(OLD, interpreter="3.12"))}
    found = cell_of(OLD.name, known)
    assert found is not None
    assert found.interpreter == "3.12"
    assert cell_of(OLD.key[:7], known) is None
