"""mistral.rs for real, from safetensors: what every release shows, and the faults that are known.

What differs between releases is asked of pairs of releases on each side of the change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import COMPARATORS
from bot.core.model import NOT_EXPOSED, Json, Link, Observation, Phase
from tests.real.stacks import observe, probes, strayed

pytestmark = [pytest.mark.real, pytest.mark.network]

UP_TO_0_9_0 = ("mistralrs==0.9.0", "mistralrs")
RIGHT = (
    "chat/capital-france",
    "chat/code-python",
    "chat/cjk-greeting",
    "chat/system-pirate",
    "chat/turns-name",
    "stream/capital-france",
    "stream/cjk-japanese",
)


def first(observation: Observation) -> Json:
    steps = observation.at(Link.LOGPROBS)
    assert isinstance(steps, list)
    assert isinstance(steps[0], dict)
    return steps[0]


def test_memorised_answers_are_right_at_every_link_that_is_shown(rooms: Path) -> None:
    seen = observe(rooms, "mistralrs", "mistralrs", probes(*RIGHT))
    for probe in probes(*RIGHT):
        assert strayed(probe, seen[probe.name]) == "", probe.name
        hidden = {
            look.link for look in probe.looks if seen[probe.name].at(look.link) == NOT_EXPOSED
        }
        assert hidden <= {Link.PROMPT, Link.OUTPUT_IDS}, probe.name


def test_logprobs_were_above_nought_up_to_0_9_0(rooms: Path) -> None:
    (probe,) = asked = probes("untrained/untrained-go")
    old, new = (observe(rooms, "mistralrs", pin, asked)[probe.name] for pin in UP_TO_0_9_0)
    found = COMPARATORS["logprobs"](new.at(Link.LOGPROBS), old.at(Link.LOGPROBS), ())
    assert found is not None
    assert found.shape == "logprobs: positive"
    assert first(old) != first(new)


def test_a_regular_answer_went_on_to_its_limit_up_to_0_9_0(rooms: Path) -> None:
    (probe,) = asked = probes("schema/enum")
    old, new = (observe(rooms, "mistralrs", pin, asked)[probe.name] for pin in UP_TO_0_9_0)
    found = COMPARATORS["message"](new.at(Link.MESSAGE), old.at(Link.MESSAGE), ())
    assert found is not None
    assert "finish_reason stop became length" in found.shape


def test_what_a_pattern_ends_went_on_with_ends_of_text_up_to_0_9_1(rooms: Path) -> None:
    (probe,) = asked = probes("engine-constrain/regex-digits")
    old, new = (
        observe(rooms, "mistralrs", pin, asked)[probe.name].at(Link.TEXT)
        for pin in ("mistralrs==0.9.1", "mistralrs")
    )
    assert new == ["732"]
    assert str(old).startswith("['732<|endoftext|><|endoftext|>")


def test_a_stream_of_two_choices_ends_with_the_first_before_the_second_is_whole(
    rooms: Path,
) -> None:
    asked = probes("options/n-2", "options-stream/n-2")
    seen = observe(rooms, "mistralrs", "mistralrs", asked)
    plain, streamed = (seen[probe.name].at(Link.MESSAGE) for probe in asked)
    assert isinstance(plain, dict)
    assert isinstance(streamed, dict)
    first = {name: plain[name] for name in plain if name != "more"}
    assert plain["more"] == [first]
    assert streamed == {**first, "more": streamed["more"]}
    assert isinstance(streamed["more"], list)
    (second,) = streamed["more"]
    assert isinstance(second, dict)
    assert second["finish_reason"] is None
    events = seen["options-stream/n-2"].at(Link.STREAM)
    assert isinstance(events, list)
    assert {choice["index"] for event in events for choice in event["choices"]} == {0, 1}  # type: ignore[call-overload, index, union-attr]


def test_gguf_is_read_and_its_tokenizer_agrees(rooms: Path) -> None:
    asked = probes("chat/capital-france", "encode/code")
    seen = observe(rooms, "mistralrs-gguf", "mistralrs", asked)
    for probe in asked:
        assert seen[probe.name].at(Link.PROMPT_IDS) == probe.look(Link.PROMPT_IDS).golden  # type: ignore[union-attr]


def test_what_the_classes_cannot_say_is_not_shown_and_refusals_are_told(rooms: Path) -> None:
    asked = probes("options/seed-hot", "chat/tool-result")
    seen = observe(rooms, "mistralrs", "mistralrs", asked)
    assert seen["options/seed-hot"].at(Link.MESSAGE) == NOT_EXPOSED
    refused = seen["chat/tool-result"]
    assert refused.at(Link.TEXT) != NOT_EXPOSED
    assert refused.failure is not None
    assert (refused.failure.phase, refused.failure.link) == (Phase.PROBE, Link.MESSAGE)
    assert refused.failure.message == "TypeError: failed to convert the value"
