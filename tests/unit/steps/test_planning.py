"""What earlier runs leave to a row: a good stack is promoted, what was tried keeps its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot import pipeline
from bot.core.facts import Closed, Planned, RunEnded
from bot.core.matrix import Exclusion
from bot.core.model import Json
from bot.core.plan import BASELINE, NEWEST
from bot.steps.house import House
from bot.steps.planning import history
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import DAY, FakeSolver, Index, bodies, house, later
from tests.unit.steps.rooms import Answer, text


def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("broken" if versions["e"] == "bad" or "9" in versions["e"] else "fine")


def run(home: House) -> int:
    """Do a run as far as judging, and end it."""
    pipeline.watch(home)
    pipeline.plan(home)
    done = pipeline.execute(home)
    home.tell(RunEnded(newly_broken=0), job="run end")
    return done


def first(index: Index) -> House:
    home = house(index, guest)
    run(home)
    return home


def cells(home: House) -> dict[str, tuple[tuple[str, str], ...]]:
    return {each.trigger: each.cell.components for each in planned_of(home) if each.cell}


def test_a_second_run_plans_the_same_and_executes_nothing() -> None:
    home = first({"e": ["1", "2"], "c": ["1", "3"]})
    again = later(home)
    assert run(again) == 0
    assert cells(again) == cells(home)
    assert [each for each in bodies(again) if isinstance(each, Closed)] == [
        each for each in bodies(home) if isinstance(each, Closed)
    ]


def test_a_model_whose_files_changed_is_asked_anew() -> None:
    home = first({"e": ["1", "2"]})
    again = later(home)
    rows = tuple(replace(row, model_digest="new") for row in home.matrix.rows)
    changed = replace(again, matrix=replace(again.matrix, rows=rows))
    assert run(changed) == len(set(cells(home).values()))
    assert {each.cell.model_digest for each in planned_of(changed) if each.cell} == {"new"}
    assert cells(changed) == cells(home)


def test_on_the_first_run_there_is_no_history() -> None:
    home = house({"e": ["1"]})
    assert not history(home, home.row("row")).past


def test_a_release_later_the_last_good_stack_is_the_baseline() -> None:
    index = {"e": ["1", "2"], "c": ["1", "3"]}
    home = first(index)
    index["e"].append("3")
    again = later(home)
    run(again)
    planned = cells(again)
    assert planned[BASELINE] == (("e", "2"), ("c", "3"))
    assert planned["e==3"] == (("e", "3"), ("c", "3"))
    assert planned["e==2"] == (("e", "2"), ("c", "1")), "what was tried keeps its cell"


def test_a_bad_stack_is_not_promoted() -> None:
    index = {"e": ["1", "9"], "c": ["1", "3"]}
    home = first(index)
    index["e"].append("10")
    again = later(home)
    run(again)
    assert cells(again)[BASELINE] == (("e", "1"), ("c", "1"))


def test_all_newest_is_resolved_anew_when_its_answer_is_old() -> None:
    home = first({"e": ["1", "2"]})
    assert isinstance(home.solver, FakeSolver)
    asked = len(home.solver.asked)
    young = replace(later(home), clock=lambda: DAY + timedelta(hours=23))
    run(young)
    assert len(home.solver.asked) == asked
    old = replace(later(young), clock=lambda: DAY + timedelta(days=2))
    run(old)
    assert [each.pins for each in home.solver.asked[asked:]] == [("e==2",)]


def test_what_resolves_by_a_fixed_date_never_ages() -> None:
    home = first({"e": ["1", "2"]})
    assert isinstance(home.solver, FakeSolver)
    asked = len(home.solver.asked)
    dated = replace(home, matrix=replace(home.matrix, cutoff=DAY))
    run(dated)
    asked = len(home.solver.asked)
    run(replace(later(dated), clock=lambda: DAY + timedelta(days=900)))
    assert len(home.solver.asked) == asked


def test_a_conflict_and_an_exclusion_are_planned_and_told() -> None:
    home = house({"e": ["1", "2"], "c": ["1", "3"]})
    home = replace(
        home,
        solver=FakeSolver(
            index={"e": ["1", "2"], "c": ["1", "3"]},
            conflicts=lambda chosen: "no c" if chosen["e"] == "2" and chosen["c"] == "1" else "",
        ),
        matrix=replace(
            home.matrix,
            exclusions=(Exclusion(name="pair", cells=(("c", ">=3"),), reason="known", owner="me"),),
        ),
    )
    run(home)
    told = {each.trigger: each.conflict for each in bodies(home) if isinstance(each, Planned)}
    assert told == {
        BASELINE: "",
        "e==2": "no c",
        "c==3": "excluded by `pair` (me): known",
        NEWEST: "excluded by `pair` (me): known",
    }
