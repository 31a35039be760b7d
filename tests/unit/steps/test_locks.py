"""A row that stands on a lock: what comes along is the lock's, and a second lock is tried whole."""

from __future__ import annotations

from dataclasses import replace

from bot import pipeline
from bot.core.facts import RunEnded
from bot.core.model import Closure, Conflict, Requirements
from bot.core.plan import BASELINE, NEWEST
from bot.steps.house import House
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import FakeSolver, closure, house, later

INDEX = {"e": ["1", "2"], "along": ["1", "2", "3"]}


class Along(FakeSolver):
    """Installs `along` with everything, as preferred or the newest."""

    def close(self, asked: Requirements) -> Closure | Conflict:
        answer = super().close(asked)
        liked = asked.prefer.versions if asked.prefer else {}
        assert isinstance(answer, Closure)
        return closure(**answer.versions, along=liked.get("along", self.index["along"][-1]))


def standing(home: House, base: Closure, head: Closure | None = None, e: str = "1") -> House:
    rows = tuple(
        replace(row, lock=base, head=head, baseline=(("e", e),)) for row in home.matrix.rows
    )
    return replace(home, matrix=replace(home.matrix, rows=rows))


def fresh() -> House:
    return replace(house({"e": INDEX["e"]}), solver=Along(index=INDEX))


def run(home: House) -> int:
    pipeline.watch(home)
    pipeline.plan(home)
    done = pipeline.execute(home)
    home.tell(RunEnded(newly_broken=0), job="run end")
    return done


def along(home: House) -> dict[str, str | None]:
    return {
        each.trigger: each.cell.closure.version("along") for each in planned_of(home) if each.cell
    }


def test_the_baseline_and_what_is_tried_against_it_lean_to_the_lock() -> None:
    home = standing(fresh(), closure(along="2"))
    run(home)
    assert along(home) == {BASELINE: "2", "e==2": "2", NEWEST: "3"}


def test_a_lock_that_moved_is_another_baseline_and_what_was_tried_is_tried_anew() -> None:
    home = standing(fresh(), closure(along="2"))
    run(home)
    same = standing(later(home), closure(along="2"))
    assert run(same) == 0
    moved = standing(later(same), closure(along="1"))
    assert run(moved) == 2
    assert along(moved) == {BASELINE: "1", "e==2": "1", NEWEST: "3"}
    (tried,) = (each for each in planned_of(moved) if each.trigger == "e==2")
    (base,) = (each for each in planned_of(moved) if each.trigger == BASELINE)
    assert base.cell is not None
    assert tried.against == base.cell.key


def test_all_newest_lean_to_a_second_lock_even_where_no_member_moved() -> None:
    only = replace(house({"e": ["1"]}), solver=Along(index=INDEX))
    home = standing(only, closure(along="1"), closure(along="2"))
    run(home)
    assert along(home) == {BASELINE: "1", NEWEST: "2"}


def test_a_row_that_neither_lock_moves_has_nothing_to_try() -> None:
    only = replace(house({"e": ["1"]}), solver=Along(index=INDEX))
    home = standing(only, closure(along="1", other="1"), closure(along="1", other="2"))
    assert run(home) == 0
    assert planned_of(home) == ()


def test_a_lock_that_moved_a_member_is_what_the_others_are_tried_against() -> None:
    index = {**INDEX, "c": ["1", "2"]}

    def on(home: House, c: str) -> House:
        there = standing(home, closure(c=c))
        rows = tuple(replace(row, baseline=(("e", "1"), ("c", c))) for row in there.matrix.rows)
        return replace(there, matrix=replace(there.matrix, rows=rows))

    home = on(replace(house({"e": ["1", "2"], "c": ["1", "2"]}), solver=Along(index=index)), "1")
    run(home)
    moved = on(later(home), "2")
    run(moved)
    (tried,) = (each.cell for each in planned_of(moved) if each.trigger == "e==2" and each.cell)
    assert tried.components == (("e", "2"), ("c", "2"))
    assert run(on(later(moved), "2")) == 0
