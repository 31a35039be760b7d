"""`stackmatrix aa`: the last run's cells against themselves, in a ledger of their own."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import pytest
from rich.console import Console

from bot.core.behaviour import Divergence
from bot.core.facts import Observed, Planned, RunEnded, RunStarted
from bot.core.model import Authority, Json, Link, Phase
from bot.core.parting import Parting
from bot.core.stats import Rate
from bot.ledger.files import FileLedger
from bot.steps.again import Pair
from bot.steps.house import House
from bot.steps.repeats import AgainstItself
from bot.verbs import aa
from bot.verbs.display import Display
from bot.verbs.said import Said, Terminal
from tests.unit.steps.fakes import bodies, cell_of, house, probe
from tests.unit.steps.rooms import Answer, Guest, text

Run = Callable[..., Said]
CELLS = (cell_of(foo="1"), cell_of(foo="2"))


def last_run(guest: Guest) -> House:
    """A house whose last run planned two cells, one of them twice, and one with no closure."""
    where = house({"foo": ["1", "2"]}, guest, probes=(probe("p"), probe("q")))
    wants = {"baseline": CELLS[0], "foo==1": CELLS[0], "foo==2": CELLS[1], "newest": None}
    for trigger, cell in wants.items():
        where.tell(Planned(row="row", trigger=trigger, cell=cell, against=""), job="plan")
    return where


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def ran(last: House, *words: str) -> Said:
        asked: list[House] = []

        def remembered(*_: object) -> House:
            asked.append(last)
            return last

        monkeypatch.setattr(aa, "remembered", remembered)
        terminal = Terminal(
            display=lambda quiet: Display(Console(file=io.StringIO()), quiet=quiet),
            choose=lambda _lines, words: words[0],
            hear=lambda line: line,
        )
        argv = ["--state", str(tmp_path), *words]
        said = aa.command.main(
            argv,
            standalone_mode=False,
            obj=terminal,
            help_option_names=["-h", "--help"],  # as its group says: a command keeps the first
        )
        assert len(asked) == 1
        assert isinstance(said, Said)
        return said

    return ran


def test_a_steady_matrix_raises_no_alarm_and_is_written_down_apart(
    run: Run, tmp_path: Path
) -> None:
    last = last_run(lambda *_: text("fine"))
    before = bodies(last)
    said = run(last, "--runs", "2")
    assert said.code == 0
    assert said.lines == (
        f"false alarms: {Rate(hits=0, total=4)}",
        f"answers unlike the usual one: {Rate(hits=0, total=32)}",  # 4 comparisons of 8 answers
    )
    assert isinstance(said.json, dict)
    assert said.json["alarms"] == {
        "hits": 0, "total": 4, "interval": [0.0, Rate(hits=0, total=4).high]
    }  # fmt: skip
    assert bodies(last) == before
    told = [fact.body for fact in FileLedger.read(tmp_path / "aa").facts()]
    assert sum(isinstance(body, RunStarted) for body in told) == 1
    assert sum(isinstance(body, RunEnded) for body in told) == 1
    seen = {body.cell for body in told if isinstance(body, Observed)}
    assert seen == {cell.key for cell in CELLS}


def test_a_flaky_probe_is_named_with_its_rate(run: Run) -> None:
    draws = count()

    def guest(_versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        return text("odd" if name == "q" and next(draws) == 1 else "fine")

    said = run(last_run(guest), "--json")
    assert isinstance(said.json, dict)
    cells = said.json["cells"]
    assert isinstance(cells, list)
    assert [list(each["flaky"]) for each in cells] == [["q"], []]  # type: ignore[arg-type, call-overload, index]
    assert said.as_json
    assert said.code == 0
    assert said.lines[-1] == f"  {CELLS[0].name}: q: {Rate(hits=1, total=4)}"


def test_an_alarm_is_listed_and_is_the_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    parting = Parting(
        link=Link.TEXT,
        phase=Phase.PROBE,
        authority=Authority.SPECIFIED,
        old="a",
        new="b",
        signature="text: letters",
    )
    odd = Divergence(probe="p", parting=parting, mode="plain", signature="text: letters")
    none = Rate(hits=0, total=4)

    def against_itself(_house: House, cell: object, _runs: int) -> tuple[AgainstItself, ...]:
        found = (odd,) if cell == CELLS[1] else ()
        pair = Pair(old="1", new="1", divergences=found)
        return (AgainstItself(cell="c", pair=pair, answers=none, flaky=()),)

    monkeypatch.setattr(aa, "against_itself", against_itself)
    said = run(last_run(lambda *_: text("fine")))
    assert said.code == 1
    assert str(said.lines[0]) == f"false alarms: {Rate(hits=1, total=2)}"
    assert said.lines[-1] == "  c: listed text: letters"
