"""A cell is asked twice, in two orders; what is in doubt gets a process of its own, up to a cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.core.facts import CellDone, CellStarted, CellStopped, Observed
from bot.core.model import Failure, Json, Link, Look, Phase, Probe, Reason
from bot.steps.cells import FRESH_AT_MOST, PAUSES, SAMPLE, Work, run_cell
from bot.steps.house import House
from tests.unit.steps.fakes import bodies, cell_of, env_of, house, probe
from tests.unit.steps.rooms import Answer, Dies, FakeEnv, Guest, text

CELL = cell_of(e="1")
MANY = tuple(probe(f"p{at:02}") for at in range(20))


def ran(guest: Guest, probes: tuple[Probe, ...] = MANY) -> House:
    home = house({"e": ["1"]}, guest, probes=probes)
    run_cell(home, Work(cell=CELL, probes=probes))
    return home


def asked_again(home: House) -> list[str]:
    """Return what was asked in a process of its own."""
    return [
        fact.observation.probe
        for fact in bodies(home)
        if isinstance(fact, Observed) and fact.sequence == "fresh"
    ]


def test_two_sequences_hold_the_same_probes_in_two_orders() -> None:
    home = ran(lambda _, name, __: text(name))
    first, second = env_of(home).talks[:2]
    assert set(first) == set(second) == {each.name for each in MANY}
    assert first != second
    assert first != tuple(each.name for each in MANY)


def test_what_is_beyond_doubt_costs_a_sample_only() -> None:
    home = ran(lambda _, name, __: text(name))
    assert len(asked_again(home)) == SAMPLE
    assert len(bodies(home)) == 2 + 2 * len(MANY) + SAMPLE + 1
    assert isinstance(bodies(home)[-1], CellDone)


def test_what_differs_between_the_sequences_comes_first_and_is_asked_alone() -> None:
    asked: Counter[str] = Counter()

    def moody(_versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        asked[name] += 1
        return text(asked[name] if name in ("p03", "p07") else name)

    home = ran(moody)
    assert asked_again(home)[:2] == ["p03", "p07"]
    assert env_of(home).talks[2:4] == [("p03",), ("p07",)]
    assert len(home.memory.cells[CELL.key].seen[MANY[3].digest]) == 3


def test_what_differs_from_its_golden_is_asked_again_up_to_a_cap() -> None:
    look = Look(link=Link.TEXT, compare="exact", absolute=True, golden="right")
    golden = tuple(replace(each, looks=(look,)) for each in MANY)
    home = ran(lambda *_: text("wrong"), golden)
    assert len(asked_again(home)) == FRESH_AT_MOST
    assert len(set(asked_again(home))) == FRESH_AT_MOST


def test_a_cell_that_cannot_be_installed_is_done_and_says_why() -> None:
    home = house({"e": ["1"]}, probes=MANY)
    broken = Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message="no wheel")
    home = replace(home, env=FakeEnv(guest=lambda *_: text(1), broken=lambda _: broken))
    run_cell(home, Work(cell=CELL, probes=MANY))
    assert [type(body) for body in bodies(home)[1:]] == [CellStarted, CellStopped, CellDone]
    assert home.needs(replace(CELL)) == ()


@pytest.mark.parametrize("signal", [9, 15])
def test_what_the_machine_spoiled_is_not_done_and_is_run_again(signal: int) -> None:
    deaths = [Dies(signal=signal, early=True)] * (1 + len(PAUSES))

    def guest(_versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        return deaths.pop() if deaths else text(name)

    home = ran(guest)
    assert isinstance(bodies(home)[-1], CellStopped)
    assert home.needs(CELL) == MANY
    run_cell(home, Work(cell=CELL, probes=MANY))
    known = home.memory.cells[CELL.key]
    assert known.done is not None
    assert known.stopped is None, "what stopped the first attempt stops nothing any more"
    assert home.needs(CELL) == ()
    assert {fact.attempt for fact in home.ledger.facts() if fact.job == CELL.key} == {0, 1, 2, 3}


def test_what_the_machine_spoiled_is_tried_again_after_a_while_in_a_new_environment() -> None:
    deaths = [Dies(signal=9, early=True)]
    pauses: list[float] = []

    def guest(_versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        return deaths.pop() if deaths else text(name)

    home = replace(house({"e": ["1"]}, guest, probes=MANY), pause=pauses.append, worker="w")
    run_cell(home, Work(cell=CELL, probes=MANY))
    assert pauses == [PAUSES[0]]
    assert home.needs(CELL) == ()
    assert {at: home.memory.workers[(1, CELL.key, at)] for at in (0, 1)} == {0: "w", 1: "w"}


def test_what_the_stack_did_is_not_tried_again() -> None:
    home = ran(lambda *_: Dies(signal=11, early=True))
    assert {fact.attempt for fact in home.ledger.facts() if fact.job == CELL.key} == {0}


def test_a_new_probe_costs_only_itself() -> None:
    home = ran(lambda _, name, __: text(name))
    more = (*MANY, probe("new"))
    home = replace(home, probes={CELL.row: more})
    assert [each.name for each in home.needs(CELL)] == ["new"]
