"""GPT4All in real rooms: its chat session, and the release that began to heed system prompts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.core.model import NOT_EXPOSED, Link, Observation
from tests.real.stacks import observe, probes, strayed, strays

pytestmark = [pytest.mark.real, pytest.mark.network]

FAMILIES = ("chat", "stream", "engine-state")
THOUGHT = "message: message: content more text, reasoning text became null"  # it parses none
KNOWN: Mapping[str, str] = {
    # special tokens in what a user says are plain letters to it
    "chat/special-text-injection": "text: text: broken characters",
    "stream/special-text-injection": "message: message: content broken characters",
    **{
        f"{family}/think-{what}": THOUGHT
        for family in ("chat", "stream")
        for what in ("sum", "colour", "twice")
    },
}
SYSTEM = ("chat/system-pirate", "chat/system-json", "chat/system-and-turns")


@pytest.fixture(scope="module")
def newest(rooms: Path) -> dict[str, Observation]:
    return observe(rooms, "gpt4all", "gpt4all", probes(*FAMILIES))


def test_the_newest_release_strays_where_it_is_known_to(newest: dict[str, Observation]) -> None:
    assert strays(probes(*FAMILIES), newest) == KNOWN


def test_what_it_cannot_be_asked_is_not_shown(newest: dict[str, Observation]) -> None:
    assert newest["chat/weather-paris"].at(Link.TEXT) == NOT_EXPOSED
    assert newest["chat/tool-result"].at(Link.MESSAGE) == NOT_EXPOSED
    assert newest["chat/turns-name"].at(Link.TEXT) == "Your name is Ada."


def test_system_prompts_are_heeded_since_a_release(
    newest: dict[str, Observation], rooms: Path
) -> None:
    old = observe(rooms, "gpt4all", "gpt4all==2.5.1", probes(*SYSTEM))
    for probe in probes(*SYSTEM):
        assert strayed(probe, old[probe.name]).startswith("text: text"), probe.name
        assert strayed(probe, newest[probe.name]) == "", probe.name


def test_nothing_asked_is_answered_alike_whatever_came_earlier(rooms: Path) -> None:
    empty, odd = "engine-search/raw-empty", "engine-search/raw-odd"
    alone = observe(rooms, "gpt4all", "gpt4all", probes(empty))[empty]
    asked = probes(odd, "chat/system-pirate", empty)
    later = observe(rooms, "gpt4all", "gpt4all", asked)[empty]
    assert alone.failure is None
    assert alone.at(Link.OUTPUT_IDS) == later.at(Link.OUTPUT_IDS)
    assert isinstance(alone.at(Link.OUTPUT_IDS), list)
