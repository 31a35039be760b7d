"""An explanation as JSON that its schema takes, and in lines with the answer first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from bot.core.blame import Responsible
from bot.core.mirror import EACH
from bot.core.model import Closure, Link, Look, Pin, Probe
from bot.core.nature import NATURES, Nature
from bot.core.outcome import (
    Builds,
    Cost,
    Culprit,
    Ending,
    Explanation,
    Inside,
    Later,
    MovesWith,
)
from bot.steps.handover import Handed
from bot.steps.inquiry import Found
from bot.steps.question import Question
from bot.suite import __file__ as suite_file
from bot.verbs.explained import Explained, as_json, lines

SCHEMA = json.loads((Path(suite_file).parent / "explain.schema.json").read_text(encoding="utf-8"))
LOOK = Look(link=Link.MESSAGE, compare="json")
QUESTION = Question(
    good=Closure(pins=(Pin(name="greet", version="1.0"),)),
    bad=Closure(pins=(Pin(name="greet", version="2.0"),)),
    probe=Probe(name="p.py", ask="script", request={"source": ""}, looks=(LOOK,)),
    roots=frozenset(),
)
NAMED = Explanation(
    ending=Ending.INTERVAL,
    culprits=(Culprit(package="greet", last_good="1.0", first_bad="1.2", yanked=True),),
    moves_with=(MovesWith(package="core", because="greet requires core"),),
    gaps=("greet==1.1",),
    kind="crash",
    signature="failed: exception: KeyError",
    cost=Cost(ends=4, search=3, confirm=2),
    limit=3.2,
    confidence=0.9,
)
FOUND = Found(
    question=QUESTION,
    explanation=NAMED,
    responsible=Responsible(repo="https://github.com/g/greet", reason="it changed", confidence=0.7),
    nature=Nature(word="regression", evidence=("nothing was announced",), confidence=0.5),
)


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_is_as_the_schema_says(ending: Ending) -> None:
    nobody = Explanation(ending=ending, why="because")
    jsonschema.validate(
        as_json(Explained(found=Found(question=QUESTION, explanation=nobody), seconds=1.0)),
        SCHEMA,
    )
    named = replace(FOUND, explanation=replace(NAMED, ending=ending))
    jsonschema.validate(as_json(Explained(found=named, seconds=1.0)), SCHEMA)


def test_people_read_the_answer_first() -> None:
    told = list(lines(Explained(found=FOUND, seconds=2.5)))
    assert told[0] == "greet 1.0 -> 1.2 (yanked) did it"
    assert "  core moves along: greet requires core" in told
    assert "  inside the interval, not to be tried: greet==1.1" in told
    assert told[-1] == "3 cells to find it, 4 for the ends, 2 to confirm; 2.5 s"


def test_people_read_what_is_judged_with_its_evidence() -> None:
    told = list(lines(Explained(found=FOUND, seconds=1.0, notes=("bad.txt is odd",))))
    at = told.index("looks like: regression, 50% sure")
    assert told[at + 1] == "  nothing was announced"
    assert told[at + 2 : at + 4] == [
        "to hear of it: https://github.com/g/greet, 70% sure",
        "  it changed",
    ]
    assert "note: bad.txt is odd" in told


def test_what_is_undetermined_is_told_as_such() -> None:
    nobody = Responsible(repo="", reason="no project", confidence=0.0, package="greet")
    unclear = Nature(word="undetermined", evidence=("nothing tells",), confidence=0.0)
    found = replace(FOUND, responsible=nobody, nature=unclear)
    told = list(lines(Explained(found=found, seconds=1.0)))
    assert "looks like: undetermined (for a person to judge)" in told
    assert "to hear of it, undetermined: the project of greet" in told
    machine = replace(nobody, package="")
    meant = replace(unclear, word="intended change", confidence=0.6)
    told = list(
        lines(Explained(found=replace(FOUND, responsible=machine, nature=meant), seconds=1))
    )
    assert "to hear of it, undetermined: nobody" in told
    assert any(line.endswith("(a line for a changelog, not a bug report)") for line in told)


@pytest.mark.parametrize("word", NATURES)
def test_every_nature_is_as_the_schema_says(word: str) -> None:
    found = replace(FOUND, nature=Nature(word=word, evidence=("e",), confidence=0.5))
    jsonschema.validate(as_json(Explained(found=found, seconds=1.0, notes=("x",))), SCHEMA)


def test_people_read_who_came_who_went_and_that_either_does_it() -> None:
    came = Culprit(package="new", last_good="", first_bad="1.0")
    went = Culprit(package="old", last_good="2.0", first_bad="")
    both = replace(NAMED, ending=Ending.INTERACTION, culprits=(came, went), why=EACH)
    told = list(lines(Explained(found=replace(FOUND, explanation=both), seconds=1.0)))
    assert told[:3] == [
        "new (not installed) -> 1.0 did it",
        "old 2.0 -> (not installed) did it",
        "  each of them does it by itself",
    ]


def test_people_read_why_nobody_is_named() -> None:
    flaky = Explanation(ending=Ending.FLAKY, why="the good end varies")
    told = list(lines(Explained(found=Found(question=QUESTION, explanation=flaky), seconds=1.0)))
    assert told[0] == "flaky: the good end varies"


def test_how_often_an_end_failed_is_told_beneath_the_name() -> None:
    often = "the good end showed it in 0 of 8 draws, the bad end in 5 of 8"
    told = list(
        lines(Explained(found=replace(FOUND, explanation=replace(NAMED, why=often)), seconds=1.0))
    )
    assert told[1] == f"  {often}"


def test_what_was_noted_of_the_proof_is_in_the_file() -> None:
    handed = Handed(text="", fails="", passes="", notes=("greet 0.9: the proof fails there, too",))
    told = as_json(
        Explained(found=replace(FOUND, handed=handed), seconds=1.0, notes=("bad.txt is odd",))
    )
    assert told["notes"] == ["bad.txt is odd", "greet 0.9: the proof fails there, too"]


def test_what_is_deeper_than_a_release_is_told() -> None:
    commits = Inside(
        name="engine", repo="https://github.com/x/e", last_good="a1", first_bad="b2", commits=True
    )
    crates = tuple(
        Inside(name=f"crate{at}", repo="", last_good="1", first_bad="2") for at in range(7)
    )
    builds = Builds(
        last_good="1.1.dev1",
        first_bad="1.1.dev2",
        repo="https://github.com/x/g",
        commits=("c3", "d4"),
    )
    (culprit,) = NAMED.culprits
    deep = replace(culprit, inside=(commits, *crates), builds=builds)
    later = (Later(package="greet", newest="3.0", fixed=True),)
    found = replace(FOUND, explanation=replace(NAMED, culprits=(deep,), later=later))
    told = Explained(found=found, seconds=1.0)
    jsonschema.validate(as_json(told), SCHEMA)
    said = list(lines(told))
    assert said[1:3] == [
        "  among its builds: 1.1.dev1 -> 1.1.dev2",
        "    https://github.com/x/g/compare/c3...d4",
    ]
    assert "  inside it, engine: a1 -> b2" in said
    assert "    https://github.com/x/e/compare/a1...b2" in said
    (others,) = [line for line in said if "as well" in line]
    assert others.endswith("crate4 1 -> 2, and 2 more")
    assert "it is gone in greet 3.0, the newest" in said
