"""Beside a question that is asked alone goes the one that will likely follow."""

from __future__ import annotations

from functools import partial

import pytest

from bot.core.explain import Explain
from bot.core.model import Closure, Conflict, Pin
from bot.core.steps import steps_between
from bot.core.trial import Told, Trial
from bot.steps.foresight import Foresight

NAMES = "abcdefgh"
GOOD = Closure(pins=tuple(Pin(name=name, version="1") for name in NAMES))
BAD = Closure(pins=tuple(Pin(name=name, version="2") for name in NAMES))


def mixed(trial: Trial) -> Closure:
    base = GOOD if trial.lean == "good" else BAD
    versions = base.versions | dict(trial.versions)
    return Closure(pins=tuple(Pin(name=name, version=at) for name, at in versions.items()))


def answer(trial: Trial, guilty: str) -> Told:
    versions = mixed(trial).versions
    return Told(signature="bad" if versions[guilty] == "2" else "good", versions=versions)


def seer(**suspect: float) -> Foresight:
    prior = {**dict.fromkeys(NAMES, 1.0), **suspect}
    return Foresight(
        make=partial(Explain, good=GOOD, bad=BAD, releases={}, prior=prior),
        steps=steps_between(GOOD, BAD, releases={}, prior=prior),
        close=mixed,
    )


def driven(seer: Foresight, guilty: str) -> tuple[int, int]:
    """Drive a search; return its rounds, and how many of them were foreseen whole."""
    machine, rounds, spared = seer.make(), 0, 0
    while trials := machine.propose():
        rounds += 1
        spared += set(trials) <= seer.beyond
        seer.after([each for each in trials if each not in seer.beyond], "good", "bad")
        for trial in trials:
            seer.told[trial] = answer(trial, guilty)
            machine.tell(trial, seer.told[trial])
    assert machine.result is not None
    assert [each.package for each in machine.result.culprits] == [guilty]
    return rounds, spared


def test_the_likelier_answer_is_supposed() -> None:
    sure = seer(c=99.0)
    (first,) = sure.make().propose()[:1]
    assert sure.after([first], "good", "bad")
    assert sure.idle == 1


@pytest.mark.parametrize("guilty", NAMES)
def test_what_is_foreseen_changes_no_search(guilty: str) -> None:
    rounds, spared = driven(seer(), guilty)
    assert spared < rounds


def test_some_rounds_are_spared() -> None:
    assert sum(driven(seer(), guilty)[1] for guilty in NAMES) >= len(NAMES) / 2


def test_nothing_is_foreseen_where_several_are_asked_or_answers_vary() -> None:
    one = seer()
    trials = one.make().propose()
    assert one.after(trials, "good", "bad") == ()
    one.told[Trial(versions=(), lean="good", draw=2)] = Told(signature="good")
    assert one.after(trials[:1], "good", "bad") == ()
    assert one.idle == 0


def test_nothing_is_foreseen_of_what_cannot_exist() -> None:
    one = seer()
    one.close = lambda _: Conflict(why="these two do not go together")
    assert one.after(one.make().propose()[:1], "good", "bad") == ()
