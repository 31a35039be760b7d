from __future__ import annotations

from bot.core.steps import Record, steps_between
from bot.core.trial import Told, Trial
from bot.core.versions import SEMVER
from tests.unit.core.test_explain import GOOD, closure


def test_suspicion_without_a_prior() -> None:
    good = closure(a="1.0.0", b="1.0.0", c="1.0.0", d="1.0.0", gone="1", left="1", same="1")
    bad = closure(a="1.0.1", b="1.1.0", c="2.0.0", d="1.0.1", new="1", came="2", same="1")
    roots = frozenset({"d", "new", "gone"})
    steps = steps_between(good, bad, releases={}, roots=roots)
    assert steps.order == ("d", "gone", "new", "c", "b", "a")
    assert (steps.roads["new"], steps.roads["gone"]) == (("", "1"), ("1", ""))


def test_a_road_of_semver_leads_over_its_final_releases() -> None:
    ends = (closure(a="1.0.0", b="1.0.0"), closure(a="2.0.0", b="1.0.1-1"))
    releases = {"a": ["2.0.0-1", "1.0.1", "1.10.0", "1.9.0"]}
    steps = steps_between(*ends, releases=releases, scheme=SEMVER)
    assert steps.roads["a"] == ("1.0.0", "1.0.1", "1.9.0", "1.10.0", "2.0.0")
    assert steps.order == ("a", "b")


def test_a_closure_that_was_seen_before_costs_nothing() -> None:
    record = Record(budget=9)
    trials = [Trial(versions=((name, "2"),), lean="good") for name in "abc"]
    flow = record.ask("search", *trials)
    assert next(flow) == tuple(trials)
    same = Told(signature="ok", versions={"a": "2", "b": "2"})
    for trial, told in zip(trials, [same, same, Told(signature=None)], strict=True):
        record.told[trial] = told
    assert record.cost.search == 1


def test_nothing_to_suspect_has_no_limit() -> None:
    assert steps_between(GOOD, GOOD, releases={}).limit(1) == 0.0


def test_where_everybody_stood() -> None:
    good, bad = closure(a="1", b="1", c="1"), closure(a="3", b="2", c="2")
    steps = steps_between(good, bad, releases={"a": ["2"]})
    asked = Trial(versions=(("a", "2"),), lean="good")
    assert steps.places(asked, Told(signature="ok")) == {"a": 1, "b": 0, "c": 0}
    told = Told(signature="ok", versions={"a": "3", "b": "1.5", "c": "2"})
    assert steps.places(asked, told) == {"a": 2, "c": 1}
    assert steps.up(steps.places(asked, told)) == {"a", "c"}
    assert steps.places(Trial(versions=(), lean="bad"), Told(signature="ok"))["a"] == 2
