"""A fault planted at one link moves that row of the table and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.compare import messages, text, tokens
from bot.core.model import Failure, Json, Link, Look, Observation, Phase, Probe, Reason
from bot.core.swap import DIFFERS, FAILED, NOT_FED, SAME, guilty, questions, stages

COMPARATORS = {"text": text.text, "ids": tokens.ids, "message": messages.message}
CHAIN = (Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT)
LOOKS = tuple(
    Look(link=link, compare="ids" if link.value.endswith("ids") else "text") for link in CHAIN
)
PROBE = Probe(name="chat/hi", ask="chat", request={"messages": ["hi"]}, looks=LOOKS)


def stack(fault: Link | None = None) -> dict[Link, Json]:
    """A toy chain whose stages are functions of what comes before; one may be at fault."""
    return {link: ("bad" if link is fault else "good") for link in CHAIN}


def made(link: Link, before: Json, word: Json) -> Json:
    return [len(str(before)), str(word)] if link.value.endswith("ids") else f"{before}/{word}"


def run(probe: Probe, stages_: dict[Link, Json]) -> Observation:
    given = dict(probe.given)
    value: Json = "request"
    seen = []
    for link in CHAIN:
        value = given.get(link, made(link, value, stages_[link]))
        if probe.look(link):
            seen.append((link, value))
    return Observation(probe=probe.name, seen=tuple(seen))


GOOD = run(PROBE, stack())


@pytest.mark.parametrize("fault", CHAIN)
def test_the_guilty_stage_alone_moves(fault: Link) -> None:
    asked = tuple(questions(PROBE, GOOD))
    told = {probe.name: run(probe, stack(fault)) for probe in asked}
    table = stages(asked, GOOD, told, COMPARATORS)
    assert guilty(table) == (fault,)
    assert {stage.word for stage in table if stage.link is not fault} == {SAME}


def seen(probe: Probe, value: Json) -> Observation:
    return Observation(probe=probe.name, seen=((probe.looks[0].link, value),))


NO: Json = {"$": "not exposed"}
RAISED = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="no", link=Link.TEXT)


def of(asked: tuple[Probe, ...], link: Link, start: str = "") -> Probe:
    """Return the question for `link` that starts from `start`, or the bare one."""
    name = f"{PROBE.name} at {link}" + (f" from {start}" if start else "")
    return next(probe for probe in asked if probe.name == name)


def test_each_link_is_asked_from_the_nearest_value_on_to_the_bare_question() -> None:
    names = [probe.name.removeprefix("chat/hi at ") for probe in questions(PROBE, GOOD)]
    assert names[:3] == ["prompt", "prompt_ids from prompt", "prompt_ids"]
    assert names[-4:] == [
        "text from output_ids",
        "text from prompt_ids",
        "text from prompt",
        "text",
    ]
    known = replace(PROBE, known=((Link.REQUEST, "r"), (Link.PROMPT, "not shown")))
    first, *_ = questions(known, GOOD)
    assert first.given == ((Link.REQUEST, "r"),)


def test_what_nothing_is_made_of_is_not_handed_on() -> None:
    looks = (*LOOKS, Look(link=Link.LOGPROBS, compare="ids"))
    good = replace(GOOD, seen=(*GOOD.seen, (Link.LOGPROBS, [1])))
    asked = tuple(questions(replace(PROBE, looks=looks), good))
    assert all(Link.LOGPROBS not in dict(probe.given) for probe in asked)
    assert {probe.name for probe in asked if probe.look(Link.LOGPROBS)} == {
        "chat/hi at logprobs", "chat/hi at logprobs from prompt",
        "chat/hi at logprobs from prompt_ids",
    }  # fmt: skip


def test_a_link_that_was_not_shown_is_not_asked_about() -> None:
    good = replace(GOOD, seen=((Link.PROMPT, "p"), (Link.TEXT, NO)))
    assert [probe.name for probe in questions(PROBE, good)] == ["chat/hi at prompt"]


def test_a_stage_that_takes_no_value_is_guilty_where_all_on_its_way_is_right() -> None:
    asked = tuple(questions(PROBE, GOOD))
    right = {probe.name: run(probe, stack()) for probe in asked}
    text = of(asked, Link.TEXT)
    deaf = {probe.name: seen(probe, NO) for probe in asked if probe.look(Link.TEXT)}
    told = {**right, **deaf, text.name: seen(text, "wrong")}
    assert guilty(stages(asked, GOOD, told, COMPARATORS)) == (Link.TEXT,)
    told[text.name] = Observation(probe=text.name, failure=RAISED)
    table = stages(asked, GOOD, told, COMPARATORS)
    assert (table[-1].word, guilty(table)) == (FAILED, (Link.TEXT,))
    ids = [probe for probe in asked if probe.look(Link.PROMPT_IDS)]
    told.update({probe.name: seen(probe, [0]) for probe in ids})
    table = stages(asked, GOOD, told, COMPARATORS)
    assert [stage.word for stage in table] == [SAME, DIFFERS, SAME, NOT_FED]


def test_a_stage_that_is_right_from_a_near_value_and_wrong_on_its_own_is_guilty() -> None:
    asked = tuple(questions(PROBE, GOOD))
    told = {probe.name: run(probe, stack()) for probe in asked}
    ids = [probe for probe in asked if probe.look(Link.OUTPUT_IDS)]
    told.update({probe.name: seen(probe, NO) for probe in ids})
    refused = of(asked, Link.TEXT, "prompt_ids")
    told[refused.name] = Observation(probe=refused.name, failure=RAISED)
    table = stages(asked, GOOD, told, COMPARATORS)
    assert [stage.word for stage in table] == [SAME, SAME, NOT_FED, FAILED]


def test_what_nobody_answered_cannot_be_fed() -> None:
    asked = tuple(questions(PROBE, GOOD))
    table = stages(asked, GOOD, {}, COMPARATORS)
    assert [stage.word for stage in table] == [NOT_FED] * len(CHAIN)
    assert guilty(table) == ()
