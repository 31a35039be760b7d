"""OpenVINO GenAI for real: what is right in the newest release, and changes that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import COMPARATORS, DRIVERS
from bot.core.model import NOT_EXPOSED, Link, Observation, Phase
from bot.ports import Driver
from tests.real.stacks import ask, closed, observe, probes, strayed, strays

pytestmark = [pytest.mark.real, pytest.mark.network]

ENGINE = "openvino-genai"
DRIVER: Driver = DRIVERS[ENGINE]
OLD = " ".join(DRIVER.requirements(ENGINE, "2024.6.0.0"))
NEWEST = " ".join((ENGINE, *DRIVER.requirements(ENGINE, "0")[1:]))  # of the committed day


@pytest.fixture(scope="module")
def newest(rooms: Path) -> dict[str, Observation]:
    return observe(rooms, ENGINE, NEWEST, probes("chat", "stream", "untrained", "engine-batch"))


def test_prompts_ids_and_texts_are_as_their_goldens_say(newest: dict[str, Observation]) -> None:
    own = {Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT}
    for probe in probes("chat"):
        for look in (look for look in probe.looks if look.link in own):
            seen = newest[probe.name].at(look.link)
            assert COMPARATORS[look.compare](look.golden, seen, ()) is None, (probe.name, look.link)


def test_messages_and_counts_are_right_but_for_what_it_does_not_parse(
    newest: dict[str, Observation],
) -> None:
    found = {name.split("/")[1]: how for name, how in strays(probes("chat"), newest).items()}
    unparsed = {name for name, how in found.items() if "tool_calls" in how or "reasoning" in how}
    assert found.keys() == unparsed, found
    assert {"weather-paris", "think-sum"} <= unparsed
    assert "capital-france" not in unparsed


def test_every_row_of_a_batch_is_what_it_is_alone(newest: dict[str, Observation]) -> None:
    for probe in probes("engine-batch"):
        assert strayed(probe, newest[probe.name]) == "", probe.name


def test_a_chat_session_streams_what_it_then_says(newest: dict[str, Observation]) -> None:
    told = newest["stream/cjk-japanese"].at(Link.STREAM)
    assert isinstance(told, list)
    pieces = [str(event["choices"][0]["delta"]["content"]) for event in told]  # type: ignore[call-overload, index]
    assert "".join(pieces) == "こんにちは、世界。"


def test_parsers_and_histories_are_asked_in_every_way(rooms: Path) -> None:
    asked = probes("engine-parsers", "engine-history")
    seen = observe(rooms, ENGINE, NEWEST, asked)
    shown = {probe.name: {look.link for look in probe.looks} for probe in asked}
    for name, links in shown.items():
        assert any(seen[name].at(link) != NOT_EXPOSED for link in links), name
    thought = seen["engine-parsers/stream-thought"].at(Link.MESSAGE)
    assert isinstance(thought, dict)
    assert thought["reasoning_content"] == "\n3 plus 4 makes 7.\n"
    assert seen["engine-history/two-turns"].at(Link.TEXT) == ["Hello Ada.", "Your name is Ada."]
    refused = seen["engine-parsers/json-two-calls"].at(Link.MESSAGE)
    assert "error" in str(refused)
    assert "/" not in str(refused)


def test_a_release_without_parsers_shows_none(rooms: Path) -> None:
    asked = probes("engine-parsers/thought", "engine-history/pop")
    seen = observe(rooms, ENGINE, OLD, asked)
    for probe in asked:
        assert seen[probe.name].failure is None
        assert all(seen[probe.name].at(look.link) == NOT_EXPOSED for look in probe.looks)


def test_halves_of_characters_were_streamed_and_ids_not_counted(
    rooms: Path, newest: dict[str, Observation]
) -> None:
    asked = probes("chat/capital-france", "stream/cjk-greeting", "chat/weather-paris")
    old = observe(rooms, ENGINE, OLD, asked)
    counts = {
        version: seen["chat/capital-france"].at(Link.USAGE)
        for version, seen in {"old": old, "new": newest}.items()
    }
    assert counts["new"] == {"prompt_tokens": 18, "completion_tokens": 11}
    assert counts["old"] == {"prompt_tokens": 1, "completion_tokens": 11}
    assert "\ufffd" in str(old["stream/cjk-greeting"].at(Link.STREAM))
    assert "\ufffd" not in str(newest["stream/cjk-greeting"].at(Link.STREAM))
    assert old["chat/weather-paris"].at(Link.PROMPT) == NOT_EXPOSED  # its template had no tools
    assert old["chat/weather-paris"].at(Link.TEXT) == newest["chat/weather-paris"].at(Link.TEXT)


def test_a_pair_that_the_resolver_breaks_stops_at_the_start(rooms: Path) -> None:
    heard = ask(
        rooms,
        closed(*DRIVER.requirements(ENGINE, "2026.2.0.0")),
        (ENGINE,),
        probes("chat/capital-france"),
    )
    assert heard.stopped is not None
    assert heard.stopped.phase is Phase.START
    assert "libopenvino.so.2620" in heard.stopped.message
