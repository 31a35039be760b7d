"""What a strategy plans: pairs that stand together, what cannot is learnt, a day costs little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import pipeline
from bot.core.facts import Planned, RunEnded
from bot.core.matrix import Exclusion, Row
from bot.core.model import Json
from bot.steps.house import House
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import FakeDriver, FakeSolver, Index, house, later
from tests.unit.steps.rooms import Answer, text

Pair = tuple[tuple[str, str], tuple[str, str]]


def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("broken" if versions.get("a") == "2" and versions["b"] != "2" else "fine")


def clash(versions: Mapping[str, str]) -> str:
    """Release 3 of a and release 1 of b exclude each other."""
    both = (versions.get("a"), versions.get("b")) == ("3", "1")
    return "a 3 wants a newer b" if both else ""


def home(index: Index, *strategy: str, backends: tuple[str, ...] = ("cpu",)) -> House:
    row = Row(
        name="row",
        components=tuple(index),
        suite=("family",),
        backends=backends,
        strategy=strategy,
    )
    return house(index, guest, row=row)


def run(at: House) -> tuple[Planned, ...]:
    pipeline.watch(at)
    pipeline.plan(at)
    pipeline.execute(at)
    at.tell(RunEnded(newly_broken=0), job="run end")
    return planned_of(at)


def pairs(planned: tuple[Planned, ...]) -> set[Pair]:
    return {
        pair
        for each in planned
        if each.cell
        for pair in combinations((*each.cell.components, ("on", each.cell.backend)), 2)
    }


def every(index: Index, backends: tuple[str, ...] = ("cpu",)) -> set[Pair]:
    columns = [*index.items(), ("on", [*backends])]
    return {
        ((one, value), (other, beside))
        for (one, values), (other, besides) in combinations(columns, 2)
        for value, beside in product(values, besides)
    }


def test_only_the_words_that_are_asked_for_are_planned() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"], "c": ["1", "2"]}
    assert [each.trigger for each in run(home(index, "alone"))] == [
        "baseline",
        "a==2",
        "b==2",
        "c==2",
    ]
    assert [each.trigger for each in run(home(index, "newest"))] == ["baseline", "newest"]


def test_any_two_stand_together_in_some_cell_and_a_release_costs_few() -> None:
    index: Index = {name: ["1", "2", "3"] for name in ("a", "b", "c", "d")}
    first = home(index, "alone", "newest", "pairs")
    planned = run(first)
    assert pairs(planned) == every(index)
    assert len({each.cell.key for each in planned if each.cell}) == len(planned)
    assert run(later(first)) == tuple(planned)
    index["a"].append("4")
    second = later(later(first))
    more = run(second)
    assert pairs(more) >= every(index)
    done = second.memory.executed[second.run]
    assert 3 <= len(done) <= 6


def test_backends_are_crossed_too() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"]}
    both = ("cpu", "vulkan")
    at = home(index, "pairs", backends=both)
    planned = run(replace(at, drivers={"script": FakeDriver(backends=both)}))
    assert pairs(planned) == every(index, both)


def test_what_excludes_each_other_is_learnt_told_once_and_in_no_cell() -> None:
    index: Index = {"a": ["1", "2", "3"], "b": ["1", "2"], "c": ["1", "2", "3"]}
    at = home(index, "pairs")
    assert isinstance(at.solver, FakeSolver)
    at.solver.conflicts = clash
    planned = run(at)
    refused = [each for each in planned if each.cell is None]
    assert [(each.trigger, each.conflict) for each in refused] == [
        ("a 3 + b 1", "a 3 wants a newer b")
    ]
    assert pairs(planned) == every(index) - {(("a", "3"), ("b", "1"))}


def test_three_that_exclude_each_other_are_learnt_as_three() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"], "c": ["1", "2"]}
    at = home(index, "full")
    assert isinstance(at.solver, FakeSolver)
    at.solver.conflicts = lambda told: (
        "all three" if [told.get(name) for name in "abc"] == ["2", "2", "2"] else ""
    )
    planned = run(at)
    assert [each.trigger for each in planned if each.cell is None] == ["a 2 + b 2 + c 2"]
    assert len([each for each in planned if each.cell]) == 7


def test_what_is_excluded_is_planned_in_no_mixture() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"], "c": ["1", "2"]}
    at = home(index, "full")
    rule = Exclusion(name="no", cells=(("a", "==2"), ("b", "==1")), reason="r", owner="o")
    at = replace(at, matrix=replace(at.matrix, exclusions=(rule,)))
    cells = [dict(each.cell.components) for each in run(at) if each.cell]
    assert len(cells) == 6
    assert not any((cell["a"], cell["b"]) == ("2", "1") for cell in cells)


def test_what_broke_alone_is_tried_beside_the_newest_of_each_other() -> None:
    index: Index = {"a": ["1"], "b": ["1", "2"], "c": ["1", "2"]}
    first = home(index, "alone", "together")
    run(first)
    index["a"].append("2")
    second = later(first)
    assert "a==2" in [each.trigger for each in run(second)]
    third = {each.trigger: each for each in run(later(second))}
    assert third.keys() >= {"a 2 + b 2 + c 1", "a 2 + b 1 + c 2"}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=4), st.booleans())
def test_whatever_is_released_the_plan_keeps_its_promise(news: list[str], clashes: bool) -> None:
    index: Index = {name: ["1", "2"] for name in "abc"}
    at = home(index, "alone", "pairs")
    assert isinstance(at.solver, FakeSolver)
    at.solver.conflicts = clash if clashes else at.solver.conflicts
    run(at)
    for name in news:
        index[name].append(str(len(index[name]) + 1))
        at = later(at)
        run(at)
    can = {pair for pair in every(index) if not clash(dict(pair)) or not clashes}
    assert pairs(planned_of(at)) >= can
    assert not any(clashes and clash(dict(pair)) for pair in pairs(planned_of(at)))
