from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.doubt import Tale, ask_again, varied
from bot.core.model import Closure, Pin
from bot.core.roads import Span
from bot.core.steps import Record, steps_between
from bot.core.trial import Told, Trial

STEPS = steps_between(
    Closure(pins=(Pin(name="a", version="1"), Pin(name="b", version="1"))),
    Closure(pins=(Pin(name="a", version="3"), Pin(name="b", version="2"))),
    releases={"a": ["2"]},
)
SPAN = Span(package="a", last_good="1", first_bad="2", signature="boom")


def record(*said: tuple[dict[str, str], str | None]) -> Record:
    record = Record(budget=99)
    for draw, (versions, word) in enumerate(said):
        trial = Trial(versions=tuple(versions.items()), lean="good", draw=draw)
        record.told[trial] = Told(signature=word, versions=versions)
    return record


def test_one_closure_that_showed_two_things() -> None:
    assert varied(record(({"a": "2"}, "ok"), ({"a": "2"}, "boom")))
    assert not varied(record(({"a": "2"}, "ok"), ({"a": "2"}, None), ({"a": "3"}, "boom")))


def test_closures_that_nobody_told() -> None:
    record = Record(budget=9)
    for draw, word in enumerate(["ok", "boom"]):
        record.told[Trial(versions=(("a", "2"),), lean="good", draw=draw)] = Told(signature=word)
    assert varied(record)


@pytest.mark.parametrize(
    ("versions", "word", "again"),
    [
        ({"a": "1"}, "ok", False),
        ({"a": "1"}, "boom", True),
        ({"a": "2"}, "boom", False),
        ({"a": "3"}, "ok", True),
        ({"a": "9"}, "ok", False),
        ({"a": "3"}, None, False),
    ],
)
def test_what_contradicts_is_asked_again(
    versions: dict[str, str], word: str | None, *, again: bool
) -> None:
    flow = ask_again(record((versions, word)), Tale(steps=STEPS, spans=[SPAN]), "ok", "boom")
    asked = [trial.name for trial in next(flow, ())]
    assert asked == ([f"a=={versions['a']} | good fresh #1"] if again else [])


def test_an_interaction_is_asked_without_each_of_its_culprits() -> None:
    spans = [SPAN, replace(SPAN, package="b")]
    steps = replace(STEPS, good={**STEPS.good, "b": "1"}, bad={**STEPS.bad, "b": "2"})
    asked = Tale(steps=steps, spans=spans).without_one()
    assert [trial.name for trial in asked] == [
        *(f"b==2 | good fresh #{draw}" for draw in (1, 2, 3)),
        *(f"a==3 | good fresh #{draw}" for draw in (1, 2, 3)),
    ]
    assert Tale(steps=steps, spans=spans, each=True).without_one() == []
    assert Tale(steps=steps, spans=[SPAN]).without_one() == []
