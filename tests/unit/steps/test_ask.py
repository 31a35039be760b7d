"""A room is asked until everybody has answered: a death costs its own probe, and no other."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model import Failure, Json, Link, Observation, Phase, Reason
from bot.steps.ask import Asked, ask, modules, whole
from tests.unit.steps.fakes import closure, house, probe
from tests.unit.steps.rooms import Answer, Dies, FakeRoom, Guest, text

A, B, C = probe("a"), probe("b"), probe("c")


def room(guest: Guest) -> FakeRoom:
    return FakeRoom(closure=closure(e="1"), guest=guest, talks=[])


def dies_at(name: str, *, early: bool = False) -> Guest:
    def guest(_versions: Mapping[str, str], asked: str, _request: Json) -> Answer:
        return Dies(early=early) if asked == name else text(asked)

    return guest


def test_all_answer_in_one_process() -> None:
    there = room(lambda _, name, __: text(name))
    asked = ask(house({"e": ["1"]}), there, [], (A, B))
    assert asked.stopped is None
    assert [one.at(Link.TEXT) for one in asked.observations] == ["a", "b"]
    assert there.talks == [("a", "b")]


def test_a_death_is_charged_to_its_probe_and_the_rest_is_asked_of_a_new_process() -> None:
    there = room(dies_at("b"))
    home = house({"e": ["1"]})
    asked = ask(home, there, [], (A, B, C))
    assert there.talks == [("a", "b", "c"), ("c",)]
    by_name = {one.probe: one for one in asked.observations}
    assert by_name["c"].at(Link.TEXT) == "c"
    dead = by_name["b"]
    assert dead.failure is not None
    assert (dead.failure.reason, dead.failure.message) == (Reason.CRASH, "died of SIGSEGV")
    assert home.ledger.blob(dead.log) == b"dead"


def test_a_death_before_the_first_question_stops_the_cell() -> None:
    there = room(dies_at("a", early=True))
    asked = ask(house({"e": ["1"]}), there, [], (A, B))
    assert asked.observations == ()
    assert asked.stopped is not None
    assert (asked.stopped.phase, asked.stopped.reason) == (Phase.START, Reason.CRASH)
    assert there.talks == [("a", "b")]
    assert whole(B, asked).failure == asked.stopped


def test_who_was_not_heard_has_the_failure_of_a_silent_guest() -> None:
    silent = whole(A, Asked(observations=()))
    assert silent.failure is not None
    assert silent.failure.reason is Reason.KILLED
    told = Observation(
        probe="a", failure=Failure(phase=Phase.PROBE, reason=Reason.CRASH, message="")
    )
    assert whole(A, Asked(observations=(told,))) is told


def test_modules_are_sent_once_each_in_causal_order() -> None:
    home = house({"one": ["1"], "two": ["1"]})
    assert modules(home, ["one", "two"], "tiny-chat") == [
        {"name": "script", "setup": {"model": "fakes.py"}}
    ]
