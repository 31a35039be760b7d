"""`stackmatrix study`: lists what is registered, asks it, and writes every pair down."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from rich.console import Console

from bot.config.studies import registered
from bot.core.facts import Planned
from bot.errors import UsageError
from bot.verbs import study
from bot.verbs.display import Display
from bot.verbs.said import Said, Terminal
from tests.unit.steps.fakes import cell_of, house, probe
from tests.unit.steps.rooms import text
from tests.unit.verbs.called import called

NAME = "reproducibility"


@pytest.fixture
def last(monkeypatch: pytest.MonkeyPatch) -> None:
    where = house({"foo": ["1"]}, lambda *_: text("same"), probes=(probe("p"),))
    for trigger, cell in {"baseline": cell_of(foo="1"), "newest": None}.items():
        where.tell(Planned(row="row", trigger=trigger, cell=cell, against=""), job="plan")
    monkeypatch.setattr(study, "remembered", lambda *_: where)


def said(folder: Path, *arguments: str) -> Said:
    terminal = Terminal(
        display=lambda _: Display(Console(), quiet=True),
        choose=lambda _, __: pytest.fail("nobody is asked"),
        hear=lambda _: pytest.fail("nobody is asked"),
    )
    places = ("--state", str(folder / "state"), "--reports", str(folder / "reports"))
    return called(study.command, *arguments, *places, terminal=terminal)


def test_without_a_name_the_studies_are_listed(tmp_path: Path) -> None:
    told = said(tmp_path)
    assert [row[0] for row in told.rows] == [NAME]
    assert isinstance(told.json, list)


@pytest.mark.usefixtures("last")
def test_a_result_names_what_was_registered_and_holds_every_pair(tmp_path: Path) -> None:
    told = said(tmp_path, NAME)
    arms = {row[0]: row[-1] for row in told.rows}
    assert arms["process"] == "all 1 pairs are equal to the last bit; cells: 1"
    assert arms["machine"] == "not answerable here: one machine cannot tell"
    folder = tmp_path / "reports" / "studies"
    result = json.loads((folder / f"{NAME}.json").read_text())
    assert result["registered"] == registered(NAME).digest
    assert result == told.json
    rows = list(csv.DictReader((folder / f"{NAME}.csv").open()))
    assert [(row["arm"], row["level"]) for row in rows] == [
        ("again", "bitwise"),
        ("process", "bitwise"),
        ("environment", "bitwise"),
    ]
    again = said(tmp_path, NAME, "--stack", "row")
    assert again.json == told.json


@pytest.mark.usefixtures("last")
def test_a_stack_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no stack `odd`"):
        said(tmp_path, NAME, "--stack", "odd")
