"""A result that is too old is asked again, last of all; what then differs accuses no release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot import pipeline
from bot.core.facts import RunEnded, RunStarted
from bot.core.fresh import CHANGED
from bot.core.model import Failure, Json, Phase, Reason
from bot.core.outcome import Verdict
from bot.core.urgency import Budget, Why
from bot.steps.house import House
from bot.steps.urgent import waiting
from bot.steps.verdicts import planned_of, rule
from bot.steps.view import report
from tests.unit.steps.fakes import DAY, FakeLedger, Index, Said, house, probe
from tests.unit.steps.rooms import Answer, FakeEnv, text

INDEX: Index = {"a": ["1", "2", "3"]}
P, Q = probe("p"), probe("q")


@dataclass
class World:
    """What every closure answers, until somebody changes it."""

    says: Callable[[Mapping[str, str], str], str] = field(default=lambda *_: "fine")

    def __call__(self, versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        return text(self.says(versions, name))


def begun(world: World, *, fresh: float | None = 30.0, index: Index = INDEX) -> House:
    made = house({**index}, world, probes=(P, Q))
    return replace(made, matrix=replace(made.matrix, fresh_days=fresh))


def after(before: House, days: float) -> House:
    """Return the house of a run so many days after the last, a new list of notes in it."""
    assert isinstance(before.ledger, FakeLedger)
    before.ledger.run = before.run + 1
    at = before.memory.runs[before.run].at + timedelta(days=days)
    made = replace(before, run=before.run + 1, clock=lambda: at, progress=Said())
    made.tell(RunStarted(at=at, bot="1", config="c", suite="s"), job="run")
    return made


def run(at: House) -> int:
    pipeline.watch(at)
    pipeline.plan(at)
    done = pipeline.execute(at)
    at.tell(RunEnded(newly_broken=0), job="run end")
    return done


def words(at: House) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in rule(at):
        found.setdefault(each.planned.trigger, set()).add(each.verdict.value)
    return found


def test_nothing_is_asked_again_as_long_as_its_key_holds() -> None:
    first = begun(World(), fresh=None)
    assert run(first) == 3
    assert run(after(first, 9999)) == 0


def test_a_result_is_asked_again_after_its_days_and_then_counts_from_there() -> None:
    first = begun(World())
    assert run(first) == 3
    second = after(first, 29)
    assert run(second) == 0
    third = after(second, 2)
    pipeline.plan(third)
    found = waiting(third)
    assert {(one.why, one.words, one.since) for one in found} == {
        (Why.OLD, "older than 30 days", 1)
    }
    assert run(third) == 3
    assert words(third)["a==2"] == {"still-good"}
    assert run(after(third, 30)) == 0


def test_what_is_new_comes_first_and_the_oldest_of_the_old() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1"]}
    first = begun(World(), index=index)
    assert run(first) == 2
    index = {"a": ["1", "2", "3"], "b": ["1"]}
    second = replace(after(first, 20), sources=begun(World(), index=index).sources)
    second = replace(second, solver=begun(World(), index=index).solver)
    assert run(second) == 1
    third = after(second, 40)
    third = replace(third, matrix=replace(third.matrix, budget=Budget(cells=1)))
    pipeline.plan(third)
    asked = sorted(waiting(third), key=lambda one: (one.why, one.since, one.place))
    assert [one.since for one in asked] == [1, 2]
    assert run(third) == 1
    assert run(replace(after(third, 0), matrix=third.matrix)) == 1


def test_a_probe_that_is_new_makes_a_cell_new_work() -> None:
    first = begun(World())
    run(first)
    second = replace(after(first, 40), probes={"row": (P, Q, probe("r"))})
    pipeline.plan(second)
    assert {one.why for one in waiting(second)} >= {Why.BASELINE}
    assert Why.OLD not in {one.why for one in waiting(second)}


@pytest.mark.parametrize("only", ["1", "3"], ids=["the baseline", "a release"])
def test_what_differs_after_its_days_accuses_no_release(only: str) -> None:
    world = World()
    first = begun(world)
    run(first)
    world.says = lambda versions, name: "odd" if (versions["a"], name) == (only, "p") else "fine"
    second = after(first, 31)
    assert run(second) == 3
    assert not [each for each in rule(second) if each.verdict.flipped]
    assert pipeline.explain(second, pipeline.judge(second)) == ()
    place = "baseline" if only == "1" else "a==3"
    assert "flaky" in words(second)[place]
    assert isinstance(second.progress, Said)
    (told,) = [note for note in second.progress.notes if CHANGED in note and f"a-{only}" in note]
    assert ": p: " in told
    notes = {
        (cell.trigger, one.probe): one.note
        for cell in report(second, rule(second), ()).cells
        for one in cell.results
    }
    assert notes[(place, "p")] == CHANGED
    assert notes[(place, "q")] == ""


def test_the_new_world_holds_once_it_was_seen_twice() -> None:
    world = World()
    first = begun(world)
    run(first)
    world.says = lambda *_: "odd"
    second = after(first, 31)
    run(second)
    assert set().union(*words(second).values()) == {"flaky"}
    third = after(second, 31)
    assert run(third) == 3
    assert set().union(*words(third).values()) == {"new", "still-good"}


def test_a_release_that_is_gone_after_its_days_is_no_regression_either() -> None:
    first = begun(World())
    run(first)
    gone = Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message="not in the index")
    broken = FakeEnv(guest=World(), broken=lambda v: gone if v["a"] == "2" else None)
    second = replace(after(first, 31), env=broken)
    assert run(second) == 3
    found = {each.planned.trigger: each for each in rule(second)}
    assert found["a==2"].verdict is Verdict.FLAKY
    assert found["a==3"].verdict is Verdict.STILL_GOOD
    key = next(each.cell for each in planned_of(second) if each.cell and each.trigger == "a==2")
    assert second.needs(key) == ()
    third = replace(after(second, 31), env=FakeEnv(guest=World()))
    pipeline.plan(third)
    assert {one.since for one in waiting(third)} == {2}
    assert run(third) == 3
    assert words(third)["a==2"] == {"still-good"}, "it is back as it was"


def test_what_the_machine_stopped_is_asked_again_without_being_old() -> None:
    first = begun(World())
    away = Failure(phase=Phase.START, reason=Reason.ELSEWHERE, message="computed elsewhere")
    first = replace(first, env=FakeEnv(guest=World(), broken=lambda _: away))
    run(first)
    second = after(first, 40)
    pipeline.plan(second)
    assert {one.why for one in waiting(second)} == {Why.BASELINE, Why.WAITED}


def test_a_run_without_a_beginning_has_no_age() -> None:
    first = begun(World())
    run(first)
    second = after(first, 40)
    del second.memory.runs[1]
    assert not second.overdue(1)
    assert DAY + timedelta(days=40) == second.clock()
