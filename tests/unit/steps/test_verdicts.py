"""What this machine cannot run is not run, and a baseline of that kind gives way to the next."""

from __future__ import annotations

from collections.abc import Mapping

from bot import pipeline
from bot.core.model import Json
from bot.core.outcome import NotRun, Verdict
from bot.core.plan import BASELINE, NEWEST
from bot.steps.house import House
from bot.steps.planning import stranded, stuck
from bot.steps.verdicts import flips, planned_of, rule
from tests.unit.steps.fakes import Index, house
from tests.unit.steps.rooms import Answer, Dies, Guest, text

ILL = Dies(signal=4, early=True)


def ran(index: Index, guest: Guest) -> House:
    home = house(index, guest)
    pipeline.watch(home)
    pipeline.plan(home)
    pipeline.execute(home)
    return home


def needs_newer(*fit: str) -> Guest:
    def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        return text("fine") if versions["e"] in fit else ILL

    return guest


def triggers(home: House) -> list[tuple[str, Verdict]]:
    return [(each.planned.trigger, each.verdict) for each in rule(home)]


def test_a_baseline_that_cannot_run_here_gives_way_to_the_next_release() -> None:
    home = ran({"e": ["1", "2", "3"]}, needs_newer("2", "3"))
    base = next(each for each in planned_of(home) if each.trigger == BASELINE)
    assert base.cell is not None
    assert base.cell.components == (("e", "2"),)
    assert stranded(home, home.row("row")) == {(("e", "1"),)}
    assert not stuck(home)
    found = dict(triggers(home))
    assert found[BASELINE] is Verdict.NEW
    assert found["e==3"] is Verdict.STILL_GOOD


def test_where_nothing_runs_here_everything_is_not_run_and_nobody_is_blamed() -> None:
    home = ran({"e": ["1", "2"]}, needs_newer())
    results = rule(home)
    assert all(isinstance(each.after.outcome, NotRun) for each in results)
    assert {each.verdict for each in results} == {Verdict.INCONCLUSIVE}
    assert list(flips(home, results)) == []


def test_a_newer_build_that_cannot_run_here_is_no_regression() -> None:
    home = ran({"e": ["1", "2"]}, needs_newer("1"))
    found = dict(triggers(home))
    assert found["e==2"] is Verdict.INCONCLUSIVE
    assert list(flips(home, rule(home))) == []


def test_a_death_while_asking_is_the_stack_s_own() -> None:
    def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        return text("fine") if versions["e"] == "1" else Dies(signal=4)

    home = ran({"e": ["1", "2"]}, guest)
    assert dict(triggers(home))["e==2"] is Verdict.REGRESSED


def test_one_cell_can_be_judged_alone() -> None:
    home = ran({"e": ["1", "2"]}, lambda *_: text("fine"))
    whole = rule(home)
    assert rule(home, lambda each: each.trigger == "e==2") == tuple(
        each for each in whole if each.planned.trigger == "e==2"
    )


def test_the_plan_is_in_the_order_of_the_matrix_whenever_it_was_told() -> None:
    home = ran({"b": ["1", "2", "10"], "a": ["1", "2"]}, lambda *_: text("fine"))
    told = [each.trigger for each in planned_of(home)]
    assert told == [BASELINE, "b==2", "b==10", "a==2", NEWEST]
