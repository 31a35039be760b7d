"""What a search asks next is known before its answer is, where one of two answers is likelier."""

from __future__ import annotations

from functools import partial

import pytest

from bot.core.explain import Explain
from bot.core.foresee import chance, foreseen
from bot.core.model import Closure, Pin
from bot.core.steps import steps_between
from bot.core.trial import Told, Trial

NAMES = "abcdefgh"
GOOD = Closure(pins=tuple(Pin(name=name, version="1") for name in NAMES))
BAD = Closure(pins=tuple(Pin(name=name, version="3") for name in NAMES))
RELEASES = {name: ["1", "2", "3"] for name in NAMES}
MAKE = partial(Explain, good=GOOD, bad=BAD, releases=RELEASES)


def answer(trial: Trial, guilty: str) -> Told:
    """Say what a world shows in which one package is to blame, from its release 2 on."""
    base = GOOD if trial.lean == "good" else BAD
    versions = base.versions | dict(trial.versions)
    return Told(signature="bad" if versions[guilty] != "1" else "good", versions=versions)


@pytest.mark.parametrize("guilty", NAMES)
def test_what_was_foreseen_is_what_the_search_asks(guilty: str) -> None:
    """At each step: told the true answer ahead of time, it foresees the very next question."""
    machine, told = MAKE(), dict[Trial, Told]()
    before: tuple[Trial, ...] = ()
    while trials := machine.propose():
        assert before in ((), trials)
        answers = {trial: answer(trial, guilty) for trial in trials}
        before = foreseen(MAKE, {**told, **answers})
        told |= answers
        for trial, said in answers.items():
            machine.tell(trial, said)
    assert before == ()
    assert machine.result is not None
    assert [each.package for each in machine.result.culprits] == [guilty]


def test_part_of_a_proposal_may_be_known() -> None:
    ends = MAKE().propose()
    assert foreseen(MAKE, {}) == ends
    assert foreseen(MAKE, {ends[0]: answer(ends[0], "a")}) == ends[1:]


def test_the_chance_counts_single_steps_by_their_weight() -> None:
    weigh = partial(chance, good="good", bad="bad")
    steps = steps_between(GOOD, BAD, releases=RELEASES, prior={**dict.fromkeys(NAMES, 1.0), "a": 9})
    assert weigh(steps, {}, GOOD.versions) == 0.0
    assert weigh(steps, {}, BAD.versions) == 1.0
    assert weigh(steps, {}, {**GOOD.versions, "a": "3"}) == pytest.approx(18 / 32)
    assert weigh(steps, {}, {**GOOD.versions, "a": "2"}) == pytest.approx(9 / 32)
    assert weigh(steps, {}, {**GOOD.versions, "b": "9"}) == 0.0


def test_whoever_was_cleared_counts_no_more() -> None:
    steps = steps_between(GOOD, BAD, releases=RELEASES)
    trial = Trial(versions=tuple((name, "3") for name in "abcd"), lean="good")
    told = {trial: answer(trial, "h")}
    half = {**GOOD.versions, "a": "3", "e": "3"}
    assert chance(steps, told, half, good="good", bad="bad") == pytest.approx(1 / 4)


def test_where_nobody_is_left_nothing_is_likely() -> None:
    steps = steps_between(GOOD, GOOD, releases={})
    assert chance(steps, {}, GOOD.versions, good="good", bad="bad") == 0.0
