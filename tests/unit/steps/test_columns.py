"""Interpreters and models as columns: what is promised stands together, and resolves there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import pipeline
from bot.core.facts import Planned, RunEnded
from bot.core.matrix import Row
from bot.core.plan import BASELINE
from bot.steps.house import House
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import FakeDriver, FakeSolver, Index, house, later, probe

PYTHONS, MODELS = ("3.11", "3.12"), ("tiny", "large")
Value = tuple[str, str]


def home(
    index: Index,
    *strategy: str,
    pythons: Sequence[str] = PYTHONS,
    models: Sequence[str] = MODELS,
    backends: tuple[str, ...] = ("cpu",),
) -> House:
    """Return a house whose one stack has several interpreters and models, the first ones first."""
    places = [*product(pythons, models)]
    rows = [
        Row(
            name="row" if at == 0 else f"row@python-{python},{model}",
            beside="row" if at else "",
            components=tuple(index),
            suite=("family",),
            strategy=strategy,
            interpreter=python,
            model=model,
            backends=backends,
        )
        for at, (python, model) in enumerate(places)
    ]
    made = house(index, row=rows[0])
    return replace(
        made,
        matrix=replace(made.matrix, rows=tuple(rows)),
        probes={row.name: (probe("p"),) for row in rows},
        models=dict.fromkeys(models, made.models["tiny"]),
        drivers={"script": FakeDriver(backends=backends)},
    )


def run(at: House) -> tuple[Planned, ...]:
    pipeline.watch(at)
    pipeline.plan(at)
    pipeline.execute(at)
    at.tell(RunEnded(newly_broken=0), job="run end")
    return planned_of(at)


def values(planned: Planned) -> tuple[Value, ...]:
    cell = planned.cell
    assert cell is not None
    where = (("python", cell.interpreter), ("model", cell.model), ("backend", cell.backend))
    return (*cell.components, *where)


def covered(planned: Sequence[Planned], strength: int = 2) -> set[tuple[Value, ...]]:
    return {few for one in planned if one.cell for few in combinations(values(one), strength)}


def wanted(
    index: Index, backends: Sequence[str] = ("cpu",), strength: int = 2
) -> set[tuple[Value, ...]]:
    columns = {**index, "python": PYTHONS, "model": MODELS, "backend": backends}
    return {
        tuple(zip(names, few, strict=True))
        for names in combinations(columns, strength)
        for few in product(*(columns[name] for name in names))
    }


def test_alone_and_newest_use_the_first_interpreter_and_model() -> None:
    planned = run(home({"a": ["1", "2"], "b": ["1", "2"]}, "alone", "newest"))
    upgrades = [one for one in planned if one.trigger != BASELINE]
    assert {values(one)[2:4] for one in upgrades} == {(("python", "3.11"), ("model", "tiny"))}
    assert len(upgrades) == 3


@pytest.mark.parametrize(("word", "strength"), [("pairs", 2), ("triples", 3)])
def test_what_is_promised_stands_together_in_fewer_cells_than_all(word: str, strength: int) -> None:
    index: Index = {"a": ["1", "2", "3"], "b": ["1", "2"], "c": ["1", "2"]}
    planned = run(home(index, word, backends=("cpu", "vulkan")))
    assert covered(planned, strength) >= wanted(index, ("cpu", "vulkan"), strength)
    assert len(planned) < 3 * 2 * 2 * 8
    assert all(one.cell for one in planned)


def test_full_is_all_and_each_is_held_against_the_baseline_of_its_own_place() -> None:
    at = home({"a": ["1", "2"], "b": ["1", "2"]}, "full")
    planned = run(at)
    assert len(planned) == 2 * 2 * 4
    bases = {one.row: one.cell for one in planned if one.trigger == BASELINE and one.cell}
    assert len(bases) == 4
    for one in planned:
        base = bases[one.row]
        assert one.cell is not None
        assert (one.cell.interpreter, one.cell.model) == (base.interpreter, base.model)
        assert one.against == ("" if one.trigger == BASELINE else base.key)
    assert {one.trigger for one in planned if one.row != "row"} >= {"a 2 + b 2", "baseline"}


def test_a_second_run_plans_the_same_and_a_release_costs_few() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"], "c": ["1", "2"]}
    first = home(index, "pairs")
    planned = run(first)
    assert run(later(first)) == planned
    index["a"].append("3")
    third = later(later(first))
    more = run(third)
    assert covered(more) >= wanted(index)
    assert len(third.memory.executed[third.run]) <= 3


def test_what_one_interpreter_refuses_is_tried_with_the_other() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"]}
    at = home(index, "pairs", models=("tiny",))
    assert isinstance(at.solver, FakeSolver)
    at.solver.pythons = lambda here, python: (
        "a 2 wants Python 3.12" if here.get("a") == "2" and python == "3.11" else ""
    )
    planned = run(at)
    refused = [(one.trigger, one.conflict) for one in planned if one.cell is None]
    assert refused == [("a 2 + python 3.11", "a 2 wants Python 3.12")]
    assert (("a", "2"), ("python", "3.12")) in covered(planned)
    assert (("a", "2"), ("b", "1")) in covered(planned)
    assert (("a", "2"), ("python", "3.11")) not in covered(planned)


def test_where_the_baseline_cannot_be_all_newest_is_the_baseline() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"]}
    at = home(index, "pairs", models=("tiny",))
    assert isinstance(at.solver, FakeSolver)
    at.solver.pythons = lambda here, python: (
        "a 1 is too old" if here.get("a") == "1" and python == "3.12" else ""
    )
    planned = run(at)
    (base,) = (one for one in planned if one.trigger == BASELINE and one.row != "row")
    assert base.cell is not None
    assert base.cell.components == (("a", "2"), ("b", "2"))


def test_an_interpreter_for_which_nothing_resolves_is_told_and_left_out() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"]}
    at = home(index, "pairs", models=("tiny",))
    assert isinstance(at.solver, FakeSolver)
    at.solver.pythons = lambda _, python: "nothing is for 3.12" if python == "3.12" else ""
    planned = run(at)
    told = [(one.row, one.trigger, one.conflict) for one in planned if one.cell is None]
    assert told == [("row@python-3.12,tiny", BASELINE, "nothing is for 3.12")]
    assert len([one for one in planned if one.cell]) == 4


def test_a_promoted_baseline_that_cannot_be_here_leaves_the_one_of_before() -> None:
    index: Index = {"a": ["1", "2"], "b": ["1", "2"]}
    at = home(index, "newest", "pairs", models=("tiny",))
    assert isinstance(at.solver, FakeSolver)
    at.solver.pythons = lambda here, python: (
        "a 2 is not for 3.12" if here.get("a") in ("2", "3") and python == "3.12" else ""
    )
    run(at)
    index["a"].append("3")
    planned = run(later(at))
    bases = [values(one) for one in planned if one.trigger == BASELINE]
    assert [dict(one)["a"] for one in bases] == ["2", "1"]


RELEASES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3)
CLASHES = st.sets(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(["2", "3"]), st.sampled_from(PYTHONS)
    ),
    max_size=2,
)


@settings(max_examples=5, deadline=None)
@given(releases=RELEASES, clashes=CLASHES)
def test_after_any_releases_all_that_can_stand_together_does(
    releases: list[str], clashes: set[tuple[str, str, str]]
) -> None:
    index: Index = {"a": ["1", "2"], "b": ["1"], "c": ["1", "2"]}
    at = home(index, "pairs")
    assert isinstance(at.solver, FakeSolver)

    def refuses(here: Mapping[str, str], python: str) -> str:
        return next((f"no {n} {v}" for n, v, p in clashes if (here.get(n), python) == (v, p)), "")

    at.solver.pythons = refuses
    run(at)
    for name in releases:
        index[name].append(str(len(index[name]) + 1))
        at = later(at)
        planned = run(at)
        banned = {((name, version), ("python", python)) for name, version, python in clashes}
        possible = {pair for pair in wanted(index) if pair not in banned and _stands(pair, clashes)}
        assert covered(planned) >= possible
        assert all(
            refuses(dict(one.cell.components), one.cell.interpreter) == ""
            for one in planned
            if one.cell
        )


def _stands(pair: tuple[Value, ...], clashes: set[tuple[str, str, str]]) -> bool:
    """Whether a cell with both values can resolve with any interpreter at all."""
    named = dict(pair)
    pythons = [named["python"]] if "python" in named else [*PYTHONS]
    return any(
        all((name, version, python) not in clashes for name, version in pair) for python in pythons
    )
