"""Real wheels, rooms and processes: what a change reaches is asked, what it cannot is carried.

`json-repair` here is a toy of that name. It imports `helper`, asks for the version of `named`,
and looks how large a file of `weighed` is; nobody touches `spare`. Only the last look is hidden
from the guest: no file is opened for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from bot import pipeline
from bot.app import Options, opened
from bot.core.carried import Carried, Reached, Refuted
from bot.core.facts import Body, CellDone, Fact, Observed, Planned
from bot.core.outcome import Verdict
from bot.effects.silence import Silence
from bot.ledger.files import FileLedger
from bot.verbs.run import Summary, run
from bot.verbs.step import step
from tests.mini.wheels import write_index, write_wheel

PART = 0.3
TEXTS = [f"text {at}" for at in range(12)]
PARTS = ("helper", "named", "spare", "weighed")
TOY = """
import importlib.metadata
import os

import helper

PLACE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "weighed", "data.txt")


def loads(text):
    weight = os.stat(PLACE).st_size
    return [text, helper.WORD, importlib.metadata.version("named") > "0", weight]


def repair_json(text, **_more):
    return text
"""
FAMILY = {
    "family": "texts",
    "ask": "parse",
    "seconds": 20,
    "cases": [{"id": f"t{at}", "text": text} for at, text in enumerate(TEXTS)],
    "links": {"message": {"compare": "json", "authority": "implied", "because": "it is the same"}},
}


class Notes(Silence):
    """Keeps what a person would be told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)


@dataclass(slots=True, kw_only=True)
class Place:
    """A folder with an index, a matrix and a ledger; each run has its report and its facts."""

    root: Path
    wheels: list[Path] = field(default_factory=list)

    @property
    def options(self) -> Options:
        state, reports = self.root / ".stackmatrix", self.root / "reports"
        return Options(config=self.root / "matrix.yaml", state=state, reports=reports, env="uv")

    def upload(self, *releases: tuple[str, str, dict[str, str]]) -> None:
        """Add releases, and write the index and the matrix anew."""
        for name, version, files in releases:
            needs = PARTS if name == "json-repair" else ()
            self.wheels.append(write_wheel(self.root / "files", name, version, files, needs))
        index = write_index(self.root / "index", self.wheels)
        driven = {"json-repair": {"role": "parser", "driver": "json-repair"}}
        driven |= {name: {"role": "runtime", "driver": "script"} for name in PARTS}
        common = {"source": "pypi", "upstream": "https://example.org/x", "follow": ["all"]}
        matrix = {
            "version": 1,
            "index": index.resolve().as_uri(),
            "suite": ["./probes"],
            "env": "uv",
            "limits": {"impact": PART, "start_seconds": 60},
            "components": {name: {**common, **each} for name, each in driven.items()},
            "stacks": {"toy": {"components": [*driven], "suite": ["texts"]}},
        }
        self.options.config.write_text(yaml.safe_dump(matrix, sort_keys=False))
        (self.root / "probes").mkdir(exist_ok=True)
        (self.root / "probes" / "texts.yaml").write_text(yaml.safe_dump(FAMILY))

    def run(self) -> Ran:
        """Run all steps; return what came of it."""
        notes = Notes()
        summary = run(self.options, notes)
        facts = FileLedger.read(self.options.state).facts()
        mine = [fact for fact in facts if fact.run == summary.report.run]
        return Ran(summary=summary, facts=mine, notes=notes.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run: its report, the facts that it told, and what a person read."""

    summary: Summary
    facts: list[Fact]
    notes: list[str]

    def told(self, kind: type[Body]) -> list[Body]:
        return [fact.body for fact in self.facts if isinstance(fact.body, kind)]

    def asked(self, trigger: str) -> tuple[int, int]:
        """Return how many probes of a cell were asked, and how many were carried over."""
        planned = (one for one in self.told(Planned) if isinstance(one, Planned))
        cell = next(one.cell for one in planned if one.trigger == trigger)
        assert cell is not None
        seen = [one for one in self.told(Observed) if isinstance(one, Observed)]
        mine = {(one.sequence == "carried", one.probe) for one in seen if one.cell == cell.key}
        return sum(not carried for carried, _ in mine), sum(carried for carried, _ in mine)

    def verdicts(self, trigger: str) -> set[Verdict]:
        cells = [cell for cell in self.summary.report.cells if cell.trigger == trigger]
        return {one.verdict for cell in cells for one in cell.results}


def module(name: str, version: str, word: str = "same") -> tuple[str, str, dict[str, str]]:
    """Return a release whose files all differ from those of another version."""
    text = f"WORD = {word!r}\nRELEASE = {version!r}\n"
    return name, version, {f"{name}/__init__.py": text}


def weighed(version: str, weight: int) -> tuple[str, str, dict[str, str]]:
    return "weighed", version, {"weighed/__init__.py": "", "weighed/data.txt": "x" * weight}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(root=tmp_path_factory.mktemp("impact"))


@pytest.fixture(scope="module")
def story(place: Place) -> dict[str, Ran]:
    """Run after each upload; the plan of the second is looked at first."""
    toy = ("json-repair", "1.0", {"json_repair/__init__.py": TOY})
    place.upload(toy, *(module(name, "1.0") for name in PARTS[:3]), weighed("1.0", 10))
    told = {"first": place.run()}
    place.upload(module("spare", "1.1"))
    with opened(place.options, Silence(), whole=False) as house:
        pipeline.watch(house)
    rows = json.dumps(step("plan", place.options, Silence()).json)
    (place.root / "plan.json").write_text(rows)
    told["spare"] = place.run()
    place.upload(module("helper", "1.1"), module("named", "1.1"))
    told["reached"] = place.run()
    place.upload(weighed("1.1", 11))
    told["hidden"] = place.run()
    place.upload(weighed("1.2", 11))
    told["after"] = place.run()
    return told


def test_what_a_process_reached_is_known(story: dict[str, Ran]) -> None:
    (fact,) = story["first"].told(Reached)
    assert isinstance(fact, Reached)
    assert [name for name, _ in fact.idle] == ["named", "spare", "weighed"]
    assert len(fact.late) == len(TEXTS)
    assert {names for _, names in fact.late} == {("named",)}, "its version is read by each probe"


def test_the_plan_says_what_would_be_carried(place: Place, story: dict[str, Ran]) -> None:
    asked, carried = story["spare"].asked("spare==1.1")
    (row,) = [one for one in json.loads((place.root / "plan.json").read_text())["cells"]
              if one["trigger"] == "spare==1.1"]  # fmt: skip
    told = (
        f"spare out of reach of {len(TEXTS)} probes: {carried} carried over, {asked} asked anyway"
    )
    assert row["why"] == f"a new release; {told}"


def test_an_unrelated_release_costs_the_sample(story: dict[str, Ran]) -> None:
    asked, carried = story["spare"].asked("spare==1.1")
    assert asked + carried == len(TEXTS)
    assert 0 < asked < len(TEXTS)
    (fact,) = story["spare"].told(Carried)
    assert isinstance(fact, Carried)
    assert (fact.moved, len(fact.probes)) == (("spare",), carried)
    assert story["spare"].verdicts("spare==1.1") == {Verdict.STILL_GOOD}
    assert any(f"{carried} answers of 1 cells were carried" in one for one in story["spare"].notes)
    assert len(story["spare"].told(CellDone)) == 1


@pytest.mark.parametrize("name", ["helper", "named"])
def test_a_release_that_is_reached_is_asked_in_full(story: dict[str, Ran], name: str) -> None:
    assert story["reached"].asked(f"{name}==1.1") == (len(TEXTS), 0)
    assert story["reached"].told(Refuted) == []


def test_a_hidden_influence_is_caught_by_the_sample(story: dict[str, Ran]) -> None:
    ran = story["hidden"]
    (fact,) = ran.told(Refuted)
    assert isinstance(fact, Refuted)
    assert fact.moved == ("weighed",)
    assert ran.asked("weighed==1.1") == (len(TEXTS), 0), "the rest of the cell was asked as well"
    assert ran.verdicts("weighed==1.1") == {Verdict.REGRESSED}
    assert any("weighed reached more than was seen" in note for note in ran.notes)
    (finding,) = ran.summary.report.findings
    assert finding.explanation is not None
    assert [one.package for one in finding.explanation.culprits] == ["weighed"]
    assert len(finding.probes) == len(TEXTS)


def test_nothing_is_carried_past_what_was_refuted(story: dict[str, Ran]) -> None:
    assert story["after"].asked("weighed==1.2") == (len(TEXTS), 0)
    assert story["after"].told(Carried) == []
