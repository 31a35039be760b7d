"""The transformers library for real, without torch: the reference, and what its releases changed.

The goldens of prompts and ids come from the recipe; here the reference itself must agree.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model import NOT_EXPOSED, Link, Observation
from tests.real.stacks import first_unlike, observe, probes, strays

pytestmark = [pytest.mark.real, pytest.mark.network]

ENGINE = "transformers"
OWN = tuple(f"transformers-{name}" for name in ("prompt", "ids", "load", "settings", "tools"))


@pytest.fixture(scope="module")
def newest(rooms: Path) -> dict[str, Observation]:
    return observe(rooms, ENGINE, "transformers jinja2", probes("chat", "render", "encode", *OWN))


EMPTY = "prompt: exception: ValueError: Cannot apply chat template to an empty conversation."
NAMED = "prompt: text: text became error"  # reasoning has two names, a content of null has none
KNOWN = {
    "render/strict-empty": EMPTY,
    "render/tools-flat-schema": EMPTY,
    "render/states-used": NAMED,
    "render/channels-field": NAMED,
    "render/channels-field-done": NAMED,
    "render/channels-ended": NAMED,
}


@pytest.mark.parametrize("family", ["chat", "render", "encode"])
def test_the_reference_is_as_the_goldens_say(newest: dict[str, Observation], family: str) -> None:
    asked = probes(family)
    apart = strays(asked, newest)
    known = {name: how for name, how in KNOWN.items() if name.startswith(f"{family}/")}
    assert {name: how[: len(known.get(name, how))] for name, how in apart.items()} == known
    shown = [probe for probe in asked if newest[probe.name].at(Link.PROMPT) != NOT_EXPOSED]
    assert family == "encode" or len(shown) > len(asked) / 2


def test_every_question_of_its_own_is_answered_one_way_or_the_other(
    newest: dict[str, Observation],
) -> None:
    for probe in probes(*OWN):
        seen, asked = newest[probe.name], probe.request
        assert isinstance(asked, dict)
        told = [link for link, value in seen.seen if value != NOT_EXPOSED]
        assert told or seen.failure is not None, probe.name
        assert seen.failure is None or seen.failure.link in asked, probe.name


def test_the_same_release_answers_the_same_again(
    newest: dict[str, Observation], rooms: Path
) -> None:
    asked = tuple(reversed(probes("transformers-ids", "transformers-load")))
    again = observe(rooms, ENGINE, "transformers jinja2", asked)
    assert [
        each.name for each in asked if again[each.name].content != newest[each.name].content
    ] == []


CHANGES = [
    ("chat/weather-paris", "4.40.2", "4.44.2", Link.PROMPT),  # keys of schemas were sorted
    ("transformers-prompt/what-is-defined", "4.40.2", "4.44.2", Link.PROMPT),
    ("transformers-prompt/defaults", "4.57.6", "5.7.0", Link.PROMPT_IDS),  # ids became a table
    ("transformers-ids/call", "4.57.6", "5.7.0", Link.PROMPT_IDS),  # token_type_ids went
    ("transformers-load/special-additional-set", "4.57.6", "5.7.0", Link.TEXT),
    ("transformers-load/class-qwen2", "4.57.6", "5.7.0", Link.PROMPT_IDS),  # built anew
    ("transformers-load/saved-template", "4.44.2", "4.57.6", Link.PROMPT),  # a file of its own
    ("transformers-settings/rope", "4.57.6", "5.7.0", Link.OUTPUT_IDS),
    ("transformers-ids/decode-cleaned", "4.57.6", "5.7.0", Link.TEXT),  # no longer cleaned
]
ASKED = tuple(dict.fromkeys(name for name, *_ in CHANGES))


@pytest.fixture(scope="module")
def releases(rooms: Path) -> dict[str, dict[str, Observation]]:
    versions = {version for _, old, new, _ in CHANGES for version in (old, new)}
    return {
        version: observe(rooms, ENGINE, f"transformers=={version} jinja2", probes(*ASKED))
        for version in sorted(versions)
    }


@pytest.mark.parametrize(("name", "old", "new", "link"), CHANGES)
def test_a_change_shows_at_its_link(
    releases: dict[str, dict[str, Observation]], name: str, old: str, new: str, link: Link
) -> None:
    assert first_unlike(releases[old][name], releases[new][name]) is link
