"""A against A: a steady stack raises no alarm, and a flaky one is as flaky as it is."""

from __future__ import annotations

import random
from collections.abc import Mapping

from bot.core.model import Json, Link, Observation
from bot.steps.repeats import against_itself, odd_answers
from tests.unit.steps.fakes import cell_of, env_of, house, probe
from tests.unit.steps.rooms import Answer, text

PROBES = tuple(probe(f"family/{at}") for at in range(60))


def test_a_steady_stack_raises_no_alarm_and_nothing_is_taken_from_before() -> None:
    where = house({"foo": ["1"]}, lambda *_: text("fine"), probes=PROBES)
    told = list(against_itself(where, cell_of(foo="1"), 2))
    assert [each.pair.divergences for each in told] == [(), ()]
    assert all(each.answers.hits == 0 for each in told)
    whole = [talk for talk in env_of(where).talks if len(talk) == len(PROBES)]
    assert len(whole) == 2 * 2 * 2  # runs, sides, sequences: each in a process of its own


def test_a_stub_that_is_flaky_in_five_percent_is_told_within_its_interval() -> None:
    draw = random.Random(11)

    def guest(_versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        return text(f"odd {draw.random()}" if draw.random() < 0.05 else "fine")

    where = house({"foo": ["1"]}, guest, probes=PROBES)
    (told,) = against_itself(where, cell_of(foo="1"), 1)
    assert told.answers.total == 4 * len(PROBES)
    assert told.answers.low <= 0.05 <= told.answers.high
    assert told.flaky


def test_the_usual_answer_is_the_one_that_most_gave() -> None:

    where = house({"foo": ["1"]}, probes=PROBES)
    told = [
        Observation(probe="family/0", seen=((Link.TEXT, value),)) for value in ("b", "a", "a", "a")
    ]
    rate = odd_answers(where, PROBES[0], told)
    assert (rate.hits, rate.total) == (1, 4)
