"""OpenVINO GenAI for real: what is right in the newest release, and changes that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import COMPARATORS, DRIVERS, SUITE
from bot.core.model import NOT_EXPOSED, Link, Observation, Phase, Probe
from bot.drivers.suite import read_suite
from bot.ports import Driver
from tests.real.stacks import ask, closed, strayed

pytestmark = [pytest.mark.real, pytest.mark.network]

DRIVER: Driver = DRIVERS["openvino-genai"]
OLD = "2024.6.0.0"


def probes(*names: str) -> tuple[Probe, ...]:
    return read_suite((SUITE,), names)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


def pins(version: str = "") -> tuple[str, ...]:
    """What the driver asks for; without a version the newest of the committed day."""
    if version:
        return DRIVER.requirements("openvino-genai", version)
    return ("openvino-genai", *DRIVER.requirements("openvino-genai", "0")[1:])


def observe(root: Path, asked: tuple[Probe, ...], version: str = "") -> dict[str, Observation]:
    heard = ask(root, closed(*pins(version)), (DRIVER.name,), asked)
    assert heard.stopped is None, heard.stopped
    assert not heard.remains
    return {each.probe: each for each in heard.observations}


@pytest.fixture(scope="module")
def newest(rooms: Path) -> dict[str, Observation]:
    return observe(rooms, probes("chat", "stream", "untrained", "engine-batch"))


def test_prompts_ids_and_texts_are_as_their_goldens_say(newest: dict[str, Observation]) -> None:
    own = {Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT}
    for probe in probes("chat"):
        for look in (look for look in probe.looks if look.link in own):
            seen = newest[probe.name].at(look.link)
            assert COMPARATORS[look.compare](look.golden, seen, ()) is None, (probe.name, look.link)


def test_messages_and_counts_are_right_but_for_what_it_does_not_parse(
    newest: dict[str, Observation],
) -> None:
    found = {
        probe.name.split("/")[1]: how
        for probe in probes("chat")
        if (how := strayed(probe, newest[probe.name]))
    }
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
    seen = observe(rooms, asked)
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
    seen = observe(rooms, asked, OLD)
    for probe in asked:
        assert seen[probe.name].failure is None
        assert all(seen[probe.name].at(look.link) == NOT_EXPOSED for look in probe.looks)


def test_halves_of_characters_were_streamed_and_ids_not_counted(
    rooms: Path, newest: dict[str, Observation]
) -> None:
    asked = probes("chat/capital-france", "stream/cjk-greeting", "chat/weather-paris")
    old = observe(rooms, asked, OLD)
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
    heard = ask(rooms, closed(*pins("2026.2.0.0")), (DRIVER.name,), probes("chat/capital-france"))
    assert heard.stopped is not None
    assert heard.stopped.phase is Phase.START
    assert "libopenvino.so.2620" in heard.stopped.message
