"""A run that may take only so much asks what matters, and the next one goes on."""

from __future__ import annotations

from dataclasses import replace

from bot import pipeline
from bot.core.facts import RunEnded
from bot.core.outcome import NotRun, Verdict
from bot.core.urgency import Budget, Why
from bot.steps.house import House
from bot.steps.urgent import chosen, waiting
from bot.steps.verdicts import planned_of, rule
from tests.unit.steps.fakes import Index, Said, house, later

INDEX: Index = {"a": ["1", "2", "3"], "b": ["1", "2"]}


def bounded(at: House, cells: int) -> House:
    return replace(at, matrix=replace(at.matrix, budget=Budget(cells=cells)))


def run(at: House) -> int:
    pipeline.watch(at)
    pipeline.plan(at)
    done = pipeline.execute(at)
    at.tell(RunEnded(newly_broken=0), job="run end")
    return done


def test_runs_share_the_work_and_what_waits_is_told() -> None:
    first = bounded(house(INDEX), 3)
    assert run(first) == 3
    assert isinstance(first.progress, Said)
    assert any("2 cells wait for the next run: this one has 3 cells" in note
               for note in first.progress.notes)  # fmt: skip
    waits = [each for each in rule(first) if isinstance(each.after.outcome, NotRun)]
    assert {each.verdict for each in waits} == {Verdict.INCONCLUSIVE}
    assert {each.after.outcome for each in waits} == {NotRun(why="it waits for another run")}
    assert len(waits) == 2
    second = later(first)
    assert run(second) == 2
    assert run(later(second)) == 0


def test_what_is_new_comes_before_what_was_broken_and_that_before_what_waited() -> None:
    index: Index = {"a": ["1", "2", "3"], "b": ["1", "2"]}
    first = bounded(house(index), 2)
    pipeline.watch(first)
    pipeline.plan(first)
    pipeline.execute(first)
    left = [each for each in planned_of(first) if each.cell and first.needs(each.cell)]
    broken = (left[0].row, left[0].trigger, "cpu", "regressed")
    idle = (left[1].row, left[1].trigger, "cpu", "not run")
    first.tell(RunEnded(newly_broken=0, words=(broken, idle)), job="run end")
    index["b"].append("3")
    second = later(first)
    pipeline.watch(second)
    pipeline.plan(second)
    why = {one.key: one.why for one in waiting(second)}
    told = {each.trigger: why.get(each.cell.key) for each in planned_of(second) if each.cell}
    assert told["b==3"] is Why.NEW
    assert told[left[0].trigger] is Why.BROKEN
    assert told[left[1].trigger] is Why.WAITED
    assert dict(chosen(second)[0].components)["b"] == "3"
