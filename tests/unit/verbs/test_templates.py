"""`stackmatrix templates`: reads ledgers, and says where there is nothing to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import SUITE
from bot.core.facts import Observed, Planned, RunStarted
from bot.core.model import Cell, Closure, Link, Observation
from bot.drivers.suite import read_suite
from bot.effects.clock import now
from bot.errors import UsageError
from bot.ledger.files import FileLedger
from bot.studies.rendering import Rendering
from bot.verbs.templates import page, support_seen


def test_what_a_ledger_saw_becomes_a_page(tmp_path: Path) -> None:
    (probe,) = read_suite((SUITE,), ("render-constructs/slice-step",))
    cell = Cell(
        row="templates",
        components=(("minijinja", "3.0.5"),),
        closure=Closure(pins=()),
        backend="cpu",
        model="tiny-chat",
        interpreter="3.11",
    )
    seen = Observation(probe=probe.name, seen=((Link.PROMPT, "something else"),))
    with FileLedger.open(tmp_path / "diff") as ledger:
        ledger.begin(RunStarted(at=now(), bot="1", config="", suite=""))
        ledger.tell(Planned(row="templates", trigger="x", cell=cell, against=""), job="plan")
        told = Observed(cell=cell.key, probe=probe.digest, sequence="a", observation=seen)
        ledger.tell(told, job="execute")
    table = support_seen(tmp_path)
    assert table.found == {(probe.name, "minijinja 3.0.5"): Rendering.DIFFERS}
    assert "### minijinja 3.0.5\n\n* `slice`: slice-step (differs)\n" in page(table)
    with pytest.raises(UsageError, match="no template was rendered"):
        support_seen(tmp_path, engine="jinja2 ")


def test_an_empty_place_is_told_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        support_seen(tmp_path)
    assert "--state" in caught.value.cure
