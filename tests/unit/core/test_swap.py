"""A fault planted at one link moves that row of the table and no other."""

from __future__ import annotations

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


def test_what_takes_no_heed_is_said_not_to_be_fed_and_an_error_is_guilty() -> None:
    asked = tuple(questions(PROBE, GOOD))
    no: Json = {"$": "not exposed"}
    failed = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="no", link=Link.PROMPT_IDS)
    told = {
        asked[0].name: Observation(probe="x", seen=((Link.PROMPT, no),)),
        asked[1].name: Observation(probe="x", failure=failed),
    }
    table = stages(asked, GOOD, told, COMPARATORS)
    assert [stage.word for stage in table] == [NOT_FED, FAILED, NOT_FED, NOT_FED]
    assert guilty(table) == (Link.PROMPT_IDS,)
    assert DIFFERS not in {stage.word for stage in table}
