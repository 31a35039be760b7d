"""A stack that a user made is one cell a day, held against the one of before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot import pipeline
from bot.core.matrix import Row
from bot.core.model import Closure, Conflict, Json, Pin, Requirements
from bot.core.outcome import Ending
from bot.solvers.existing import ExistingSolver
from bot.steps.existing import unsearched
from bot.steps.house import House, Kit
from bot.steps.verdicts import planned_of
from bot.steps.watching import polled
from tests.unit.steps.fakes import Said, house, later, probe
from tests.unit.steps.rooms import Answer, FakeEnv, text
from tests.unit.steps.test_view import LOOK, run


def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("wrong" if versions["engine"] == "2" else "fine")


class There:
    """What lies where the user points."""

    def __init__(self, *pins: Pin) -> None:
        self.found: Closure | Conflict = Closure(pins=pins)

    def __call__(self) -> Closure | Conflict:
        return self.found


def home_of(there: There, url: str = "") -> House:
    where = url or "/opt/python"
    row = Row(name="row", components=("engine",), suite=("family",), existing=where)
    made = house({"engine": ["1", "9"]}, guest, probes=(probe("p", looks=(LOOK,)),), row=row)
    kit = Kit(solver=ExistingSolver(look=there), env=made.env, url=url)
    return replace(made, places={("row", "cpu"): kit})


def pin(version: str, *hashes: str) -> Pin:
    return Pin(name="engine", version=version, hashes=hashes)


def test_what_is_there_is_the_only_cell_and_no_release_is_followed() -> None:
    home = home_of(There(pin("1")))
    seen = run(home)
    assert [(cell.trigger, cell.word) for cell in seen.cells] == [("baseline", "baseline")]
    assert polled(home) == ()
    assert not home.memory.releases
    again = run(later(home))
    assert not again.executed


def test_what_changed_is_held_against_the_last_good_and_nobody_is_accused() -> None:
    there = There(pin("1"))
    home = home_of(there)
    run(home)
    there.found = Closure(pins=(pin("2"),))
    second = later(home)
    seen = run(second)
    assert [cell.word for cell in seen.cells] == ["baseline", "regressed"]
    (finding,) = seen.findings
    assert finding.explanation is not None
    assert finding.explanation.ending is Ending.UNEXPLAINED
    assert finding.explanation.why.endswith("there moved engine 1 -> 2")
    there.found = Closure(pins=(pin("3"),))
    third = later(second)
    assert [cell.word for cell in run(third).cells] == ["baseline", "still-good"]
    assert [each.trigger for each in planned_of(third)] == ["baseline", "newest"]
    fourth = later(third)
    pipeline.plan(fourth)
    (alone,) = planned_of(fourth)
    assert alone.cell is not None
    assert alone.cell.components == (("engine", "3"),)


def test_a_package_that_was_built_anew_under_its_version_is_a_change() -> None:
    told = unsearched(
        Closure(pins=(pin("1", "sha256:a"),)), Closure(pins=(pin("1", "sha256:b"),))
    ).why
    assert told.endswith("there moved engine 1 as it was -> 1 built anew")
    nothing = unsearched(Closure(pins=(pin("1"),)), Closure(pins=(pin("1"),))).why
    assert nothing.endswith("there moved nothing that it tells")


def test_a_server_has_the_version_that_it_tells() -> None:
    said = (Pin(name="server", version="llama.cpp"), Pin(name="version", version="b1"))
    there = There(*said, pin("1"))
    home = home_of(there, "http://127.0.0.1:1")
    pipeline.plan(home)
    (planned,) = planned_of(home)
    assert planned.cell is not None
    assert planned.cell.components == (("engine", "llama.cpp b1"),)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Conflict(why="nobody answers"), "nobody answers"),
        (Closure(pins=()), "engine is not installed in /opt/python"),
    ],
)
def test_what_is_not_there_is_not_run(found: Closure | Conflict, why: str) -> None:
    there = There()
    there.found = found
    home = home_of(there)
    seen = run(home)
    assert [(cell.word, cell.conflict) for cell in seen.cells] == [
        ("not run", f"not run here: {why}")
    ]
    assert isinstance(home.progress, Said)
    assert home.progress.notes == [f"row: not run here, {why}"]


def test_what_is_there_cannot_be_chosen() -> None:
    solver = ExistingSolver(look=There(pin("1")))
    assert isinstance(solver.close(Requirements(pins=("engine==1",))), Closure)
    refused = solver.close(Requirements(pins=("Engine==2",)))
    assert refused == Conflict(why="Engine==2 is not what is there, which cannot be changed")
    assert solver.requires(Closure(pins=()), "3.11") == {}


def test_the_environment_behind_is_the_one_of_the_kit() -> None:
    home = home_of(There(pin("1")))
    assert isinstance(home.within("row").env, FakeEnv)
    assert home.within("row").url == ""
