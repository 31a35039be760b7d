"""llama.cpp behind the openai client, for real: what is right, and the faults that are known.

What is known stands in `KNOWN`. A case that is not listed and strays is red and says where; one
that is listed and no longer strays is red too, so that the list stays true. "Newest" is the
newest of a committed day: a later release cannot redden this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import COMPARATORS, SUITE
from bot.core.judge import agree
from bot.core.model import NOT_EXPOSED, Json, Link, Observation, Probe, Reason
from bot.drivers.suite import read_suite
from tests.real.stacks import ask, closed, strayed

pytestmark = [pytest.mark.real, pytest.mark.network]

THOUGHT = "message: message: reasoning other white space"  # the newline before </think>
STRIPPED = "message: message: content other white space"
NAMELESS = "message: message: role assistant became null"  # first token is half a character
KNOWN: Mapping[str, Mapping[str, str]] = {
    "chat": {
        "think-sum": THOUGHT,
        "think-colour": THOUGHT,
        "think-twice": THOUGHT,
        "leading-spaces": STRIPPED,
    },
    "stream": {
        "think-sum": THOUGHT,
        "think-colour": THOUGHT,
        "think-twice": THOUGHT,
        "leading-spaces": STRIPPED,
        "empty-answer": "message: message: content text became null",
        "cjk-greeting": NAMELESS,
        "cjk-japanese": NAMELESS,
        "korean-greeting": NAMELESS,
        "hebrew-greeting": NAMELESS,
        "hindi-greeting": NAMELESS,
        "emoji-family": NAMELESS,
        "emoji-flag": NAMELESS,
    },
}


def probes(*names: str) -> tuple[Probe, ...]:
    return read_suite((SUITE,), names)


def observe(root: Path, asked: tuple[Probe, ...], *pins: str) -> dict[str, Observation]:
    heard = ask(root, closed(*pins), ("xllamacpp", "openai"), asked)
    assert heard.stopped is None, heard.stopped
    assert not heard.remains
    return {each.probe: each for each in heard.observations}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.fixture(scope="module")
def newest(rooms: Path) -> dict[str, Observation]:
    return observe(rooms, probes("chat", "stream", "untrained"), "xllamacpp", "openai")


@pytest.mark.parametrize("family", KNOWN)
def test_a_family_is_as_its_goldens_say_but_for_what_is_known(
    newest: dict[str, Observation], family: str
) -> None:
    found = {
        probe.name.split("/")[1]: how
        for probe in probes(family)
        if (how := strayed(probe, newest[probe.name]))
    }
    new = {name: how for name, how in found.items() if KNOWN[family].get(name) != how}
    assert not new, f"not known of the newest releases: {new}"
    gone = sorted(KNOWN[family].keys() - found.keys())
    assert not gone, f"no longer so, take them from KNOWN: {gone}"


def test_every_link_is_shown(newest: dict[str, Observation]) -> None:
    for probe in probes("chat", "stream", "untrained"):
        for look in probe.looks:
            assert newest[probe.name].at(look.link) != NOT_EXPOSED, (probe.name, look.link)


def test_a_fresh_engine_says_what_one_in_its_hundredth_probe_says(
    newest: dict[str, Observation], rooms: Path
) -> None:
    asked = probes("untrained")
    again = observe(rooms, asked, "xllamacpp", "openai")
    for probe in asked:
        one, other = (seen[probe.name].at(Link.LOGPROBS) for seen in (newest, again))
        assert COMPARATORS["logprobs"](one, other, ()) is None, probe.name


WIDE = (
    "options", "options-stream", "tools", "tools-stream", "schema", "schema-stream", "reasoning",
    "reasoning-stream", "scored", "scored-stream", "errors", "endpoints", "envelope", "neighbours",
)  # fmt: skip


def alone(root: Path, asked: tuple[Probe, ...], version: str = "") -> dict[str, Observation]:
    """Ask the engine without a client of its own."""
    pin = f"xllamacpp=={version}" if version else "xllamacpp"
    heard = ask(root, closed(pin), ("xllamacpp",), asked)
    assert heard.stopped is None, heard.stopped
    assert not heard.remains
    return {each.probe: each for each in heard.observations}


def test_the_wide_families_kill_nothing_and_say_the_same_in_another_order(rooms: Path) -> None:
    asked = probes(*WIDE)
    assert len(asked) > 800
    seen = alone(rooms, asked)
    for probe in asked:
        failure = seen[probe.name].failure
        if failure is not None:
            assert failure.reason is Reason.EXCEPTION, (probe.name, failure)
            assert failure.message.startswith("Refused: "), (probe.name, failure)
        if probe.ask == "neighbours":
            assert strayed(probe, seen[probe.name]) == ""
    turned = tuple(reversed(asked))
    again = alone(rooms, turned)
    assert [
        probe.name
        for probe in asked
        if not agree(probe, seen[probe.name], again[probe.name], COMPARATORS)
    ] == []


APART = [  # old, new, probe, the first link where they part, and how
    ("0.2.12", "0.2.13", "options/role-developer", Link.PROMPT, "text: more text"),
    ("0.2.12", "0.2.13", "tools/two-auto", Link.MESSAGE, "message: tool_calls fewer"),
    ("0.2.12", "0.2.13", "reasoning/colour", Link.MESSAGE, "message: reasoning other white space"),
    (
        "2026.5.9294",
        "2026.6.9538",
        "options-stream/prefill",
        Link.STREAM,
        "json: adds_up_to.content",
    ),
    (
        "2026.6.9538",
        "2026.6.9713",
        "schema/enum",
        Link.MESSAGE,
        "message: content other white space",
    ),
]


def test_releases_part_where_they_are_known_to(rooms: Path) -> None:
    pairs = dict.fromkeys((old, new) for old, new, *_ in APART)
    for old, new in pairs:
        asked = {row[2]: row for row in APART if row[:2] == (old, new)}
        before, after = (alone(rooms, probes(*asked), version) for version in (old, new))
        for probe in probes(*asked):
            *_, link, shape = asked[probe.name]
            one, other = before[probe.name], after[probe.name]
            apart = [
                (look.link, found.shape)
                for look in probe.looks
                if (found := COMPARATORS[look.compare](one.at(look.link), other.at(look.link), ()))
            ]
            assert apart[:1] == [(link, shape)]


def calls(observation: Observation) -> list[Json]:
    message = observation.at(Link.MESSAGE)
    assert isinstance(message, dict)
    told = message["tool_calls"]
    assert isinstance(told, list)
    return told


def test_two_calls_were_one_up_to_a_release(rooms: Path) -> None:
    (probe,) = probes("chat/weather-paris-and-rome")
    seen = {
        version: observe(rooms, (probe,), f"xllamacpp=={version}", "openai")[probe.name]
        for version in ("2026.4.8672.1", "2026.4.8929")
    }
    old, new = seen["2026.4.8672.1"], seen["2026.4.8929"]
    assert (len(calls(old)), len(calls(new))) == (1, 2)
    assert strayed(probe, old) == "message: message: tool_calls fewer"
    assert strayed(probe, new) == ""
    for link in (Link.REQUEST, Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT):
        assert old.at(link) == new.at(link) != NOT_EXPOSED, link


def test_an_answer_that_is_no_utf8_became_an_error_at_the_text(rooms: Path) -> None:
    (probe,) = probes("chat/invalid-utf8")
    old, new = (
        observe(rooms, (probe,), f"xllamacpp=={version}", "openai")[probe.name]
        for version in ("0.2.12", "0.2.13")
    )
    assert old.failure is None
    assert strayed(probe, old) == ""
    assert new.failure is not None
    assert (new.failure.link, new.failure.reason) == (Link.TEXT, Reason.EXCEPTION)
    assert new.failure.message.startswith("Refused: HTTP 500")
    for link in (Link.REQUEST, Link.PROMPT, Link.PROMPT_IDS):
        assert old.at(link) == new.at(link) != NOT_EXPOSED, link
