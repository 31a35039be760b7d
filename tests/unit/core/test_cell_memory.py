"""Of each probe the newest answer counts; the one before it is kept where both can be compared."""

from __future__ import annotations

from dataclasses import replace

from bot.core.carried import Carried, Reached
from bot.core.cell_memory import Attempt, CellMemory
from bot.core.facts import CellDone, CellStopped, Observed
from bot.core.model import Failure, Link, Observation, Phase, Reason

DONE = CellDone(cell="c", environment="uv", seconds=1.0, scope=(("backend", "cpu"),))


def shown(probe: str, value: int) -> Observed:
    seen = Observation(probe=probe, seen=((Link.LOGPROBS, value), (Link.TEXT, value)))
    return Observed(cell="c", probe=probe, sequence="a", observation=seen)


def stop(reason: Reason) -> CellStopped:
    failure = Failure(phase=Phase.INSTALL, reason=reason, message="no")
    return CellStopped(cell="c", sequence="a", failure=failure)


def known(*attempts: Attempt) -> CellMemory:
    memory = CellMemory()
    for attempt in attempts:
        memory.learn(attempt)
    return memory


def attempt(run: int, *observed: Observed, done: CellDone = DONE) -> Attempt:
    return Attempt(run=run, done=done, observed=observed)


def values(seen: tuple[Observation, ...], link: Link = Link.TEXT) -> list[object]:
    return [one.at(link) for one in seen]


def test_nothing_is_known_of_what_was_never_asked() -> None:
    memory = known()
    assert (memory.asked("p"), memory.before("p"), memory.seen, memory.ended) == (0, (), {}, 0)


def test_a_later_run_keeps_what_the_one_before_showed() -> None:
    memory = known(attempt(1, shown("p", 1), shown("q", 1)), attempt(4, shown("p", 2)))
    assert (memory.asked("p"), memory.asked("q"), memory.ended) == (4, 1, 4)
    assert values(memory.before("p")) == [1]
    assert memory.before("q") == ()
    assert memory.seen["p"][0].at(Link.TEXT) == 2


def test_an_attempt_of_the_same_run_takes_the_place_of_the_last() -> None:
    memory = known(attempt(1, shown("p", 1)), attempt(4, shown("p", 2)), attempt(4, shown("p", 3)))
    assert values(memory.before("p")) == [1]
    again = known(attempt(1, shown("q", 1)), attempt(1, shown("p", 1)))
    assert again.before("p") == ()


def test_another_kind_of_environment_is_compared_with_nothing() -> None:
    there = replace(DONE, environment="docker")
    assert known(attempt(1, shown("p", 1)), attempt(2, shown("p", 2), done=there)).before("p") == ()


def test_numbers_of_another_scope_are_left_out() -> None:
    other = replace(DONE, scope=(("backend", "cpu"), ("device", "cpu:new")))
    memory = known(attempt(1, shown("p", 1)), attempt(2, shown("p", 1), done=other))
    assert values(memory.before("p")) == [1]
    assert memory.before("p")[0].at(Link.LOGPROBS) == {"$": "not exposed"}


def test_what_stopped_a_cell_is_what_its_probes_showed_before() -> None:
    dead = Attempt(run=1, done=DONE, stopped=stop(Reason.NOT_INSTALLABLE))
    memory = known(dead)
    assert memory.stopped == dead.stopped
    memory.learn(attempt(2, shown("p", 1)))
    assert memory.stopped is None
    (before,) = memory.before("p")
    assert before.failure is not None
    assert before.failure.reason is Reason.NOT_INSTALLABLE


def test_what_the_machine_stopped_showed_nothing() -> None:
    grey = Attempt(run=1, done=DONE, stopped=stop(Reason.ELSEWHERE))
    assert known(grey, attempt(2, shown("p", 1))).before("p") == ()


def test_what_is_not_at_hand_is_asked_for_once() -> None:
    calls: list[int] = []

    def later() -> list[Observed]:
        calls.append(1)
        return [shown("p", 1)]

    memory = known(Attempt(run=1, done=DONE, later=later))
    assert calls == []
    assert {*memory.seen} == {*memory.seen} == {"p"}
    assert calls == [1]


def test_what_was_taken_over_is_as_old_as_where_it_came_from_and_is_compared_with_nothing() -> None:
    told = Carried(cell="c", source="b", moved=("spare",), probes=("p",), since=2)
    memory = known(Attempt(run=5, done=DONE, observed=(shown("p", 1), shown("q", 1)), carried=told))
    assert memory.carried("p") == told
    assert memory.carried("q") is memory.carried("r") is None
    assert (memory.asked("p"), memory.asked("q")) == (2, 5)
    memory.learn(attempt(6, shown("p", 2), shown("q", 2)))
    assert memory.carried("p") is None
    assert memory.before("p") == ()
    assert values(memory.before("q")) == [1]


def test_what_a_probe_did_not_reach_is_told_by_the_attempt_that_asked_it() -> None:
    p, q = (Reached(cell="c", idle=(("a", ("a",)),), late=((name, ()),)) for name in "pq")
    memory = known(Attempt(run=1, done=DONE, observed=(shown("p", 1),), reached=(q, p)))
    assert memory.reach("p") is p
    assert memory.reach("q") is None, "it has no answer here"
    memory.learn(attempt(2, shown("p", 1)))
    assert memory.reach("p") is None
