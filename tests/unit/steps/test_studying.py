"""A study asks each cell in every arm, once, and finds what is planted into one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from bot.config.studies import registered
from bot.core.matrix import Row
from bot.core.model import Cell, Json
from bot.core.registered import Arm
from bot.steps.house import House
from bot.steps.studying import drawn, pairs
from bot.studies.reproducibility import Level, Pair
from tests.unit.steps.fakes import FakeDriver, cell_of, component, env_of, house, probe
from tests.unit.steps.rooms import Answer, Fails, text

STUDY = registered("reproducibility")
PROBES = (probe("p"), probe("q"))
CELL = cell_of(foo="1")
ALWAYS = {"again", "process", "environment"}
Told = Callable[[House, str, Json], Answer]


def home(told: Told) -> House:
    """Return a house in which `told` also knows how many conversations there were."""
    made: list[House] = []

    def guest(_versions: Mapping[str, str], name: str, request: Json) -> Answer:
        return told(made[0], name, request)

    made.append(house({"foo": ["1"]}, guest, probes=PROBES))
    return made[0]


def asked(at: House, cells: tuple[Cell, ...] = (CELL,)) -> tuple[Pair, ...]:
    return tuple(pairs(at, STUDY, drawn(at, STUDY, cells)))


def levels(told: tuple[Pair, ...]) -> dict[str, set[Level]]:
    return {arm: {one.level for one in told if one.arm == arm} for arm in {o.arm for o in told}}


def conversations(at: House) -> int:
    return len(env_of(at).talks)


@pytest.mark.parametrize(
    ("fault", "arm"),
    [
        (lambda _, name: name.endswith(" again"), "again"),
        (lambda at, _: conversations(at) == 2, "process"),
        (lambda at, _: conversations(at) == 3, "environment"),
    ],
)
def test_what_is_planted_into_one_arm_is_found_there_and_nowhere_else(
    fault: Callable[[House, str], bool], arm: str
) -> None:
    at = home(lambda where, name, _: text("other" if fault(where, name) else "same"))
    told = levels(asked(at))
    assert told.pop(arm) == {Level.DIFFERENT}
    assert told == {one: {Level.BITWISE} for one in ALWAYS - {arm}}
    assert env_of(at).fresh == [False, True]


def test_an_answer_that_is_known_is_not_asked_again() -> None:
    at = home(lambda *_: text("same"))
    first = asked(at)
    before = conversations(at)
    assert asked(at) == first
    assert conversations(at) == before == 3


def test_what_cannot_be_installed_fails_in_every_arm() -> None:
    at = home(lambda *_: Fails(reason="exception"))
    assert levels(asked(at)) == {one: {Level.FAILED} for one in ALWAYS}


def test_a_driver_is_told_what_an_arm_tells_if_it_knows_the_word() -> None:
    at = home(lambda *_: text("same"))
    engine = FakeDriver(name="xllamacpp", guest="xllamacpp")
    components = {"foo": component("foo", driver="xllamacpp")}
    at = replace(
        at,
        drivers={"xllamacpp": engine},
        matrix=replace(at.matrix, components=components),
    )
    assert {one.arm for one in asked(at)} == {"again", "process", "environment", "threads"}
    assert at.matrix.components["foo"].options == {}


@pytest.mark.parametrize("across", ["backend", "interpreter"])
def test_cells_that_differ_in_one_part_are_held_against_each_other(across: str) -> None:
    at = home(lambda *_: text("same"))
    row = at.matrix.rows[0]
    beside: Row = replace(row, name="row@3.12", beside=row.name, interpreter="3.12")
    at = replace(
        at,
        matrix=replace(at.matrix, rows=(row, beside)),
        probes={**at.probes, beside.name: PROBES},
    )
    other = (
        replace(CELL, backend="vulkan")
        if across == "backend"
        else replace(CELL, row=beside.name, interpreter="3.12")
    )
    told = [one for one in asked(at, (CELL, other, cell_of(foo="2"))) if one.arm == across]
    assert {(one.cell, one.other) for one in told} == {(CELL.name, other.name)}
    assert len(told) == len(PROBES)
    # what says that it computes nowhere is no answer of vulkan's
    same = Level.DIFFERENT if across == "backend" else Level.BITWISE
    assert {one.level for one in told} == {same}


def test_an_arm_is_asked_unless_it_needs_two_cells_or_cannot_be_answered() -> None:
    assert Arm(name="a", differs="").asked
    assert not Arm(name="a", differs="", across="backend").asked
    assert not Arm(name="a", differs="", unanswered="no").asked
