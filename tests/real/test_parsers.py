"""Parsers and grammars, for real: what they agree on, and changes of theirs that are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.model import Json, Link, Observation
from tests.real.stacks import observe, probes

pytestmark = [pytest.mark.real, pytest.mark.network]

SOUND = ("good", "pretty", "pair", "spaces", "empty-object", "key-empty", "deep", "long")


def message(observation: Observation) -> dict[str, Json]:
    assert observation.failure is None, observation.failure
    seen = observation.at(Link.MESSAGE)
    assert isinstance(seen, dict)
    return seen


@pytest.mark.parametrize(
    ("driver", "key"), [("json-repair", "value"), ("partial-json-parser", "default")]
)
def test_sound_json_is_its_own_value(driver: str, key: str, rooms: Path) -> None:
    asked = probes(*(f"parse/{name}" for name in SOUND))
    seen = observe(rooms, driver, driver, asked)
    for probe in asked:
        assert isinstance(probe.request, dict)
        assert message(seen[probe.name])[key] == json.loads(str(probe.request["text"])), probe.name


def test_text_after_a_value_became_an_error(rooms: Path) -> None:
    (probe,) = probes("parse/trailing-text")
    old, new = (
        message(observe(rooms, "partial-json-parser", f"partial-json-parser=={pin}", (probe,))[
            probe.name])
        for pin in ("0.2.1.post1", "0.2.1.1.post1")
    )  # fmt: skip
    assert old["default"] == {"name": "f"}
    assert "error" in new


COMPILERS = ("llguidance", "outlines-core")


@pytest.mark.parametrize("driver", COMPILERS)
def test_a_grammar_lets_through_what_it_should(driver: str, rooms: Path) -> None:
    """The first text of each of these is good, the last is not: every compiler says so."""
    names = ("integer", "boolean", "array-bounds", "const", "lengths", "pattern", "closed", "enum")
    asked = probes(*(f"grammar/schema-{name}" for name in names))
    seen = observe(rooms, driver, driver, asked)
    for probe in asked:
        told = message(seen[probe.name])
        first, *_, last = told.values()
        assert first == "accepted", (probe.name, told)
        assert last != "accepted", (probe.name, told)
        steps = seen[probe.name].at(Link.LOGPROBS)
        assert isinstance(steps, list)
        assert all(isinstance(step, dict) and step["sum"] for step in steps), probe.name


def test_a_pattern_came_to_be_refused_before_the_engine_sees_it(rooms: Path) -> None:
    (probe,) = probes("grammar/schema-decimal")
    old, new = (
        observe(rooms, "llguidance", f"llguidance=={pin}", (probe,))[probe.name]
        for pin in ("0.4.1", "0.5.1")
    )
    assert old.failure is not None
    assert new.failure is not None
    assert (old.failure.link, new.failure.link) == (Link.LOGPROBS, Link.REQUEST)
    assert "look-around" in new.failure.message
