"""onnxruntime-genai in real rooms: what is right, what is known, and where releases parted.

What strays from a golden in the newest release of the committed day stands in `KNOWN`; what is
not listed is red and says where, and so is what is listed and no longer so.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.core.model import NOT_EXPOSED, Json, Link, Observation, Reason
from tests.real.stacks import observe, probes, strayed, strays

pytestmark = [pytest.mark.real, pytest.mark.network]

ENGINE = "onnxruntime-genai"
FAMILIES = (
    "chat",
    "stream",
    "untrained",
    "engine-batch",
    "engine-search",
    "engine-constrain",
    "engine-state",
    "engine-pieces",
    "engine-decode",
    "engine-limits",
)
KNOWN: Mapping[str, str] = {
    "chat/empty-answer": "text: text: was empty",  # the end of the turn alone becomes U+FFFD
    "chat/invalid-utf8": "text: text: broken characters",  # what is no UTF-8 is replaced
}


@pytest.fixture(scope="module")
def newest(rooms: Path) -> dict[str, Observation]:
    return observe(rooms, ENGINE, ENGINE, probes(*FAMILIES))


def test_the_newest_release_strays_where_it_is_known_to(newest: dict[str, Observation]) -> None:
    found = strays(probes(*FAMILIES), newest)
    parser = found.pop("engine-constrain/regex-unicode")  # a class of two characters
    assert parser.startswith("output_ids: exception: RuntimeError: Error committing tokens")
    assert found == KNOWN


def test_the_links_of_a_chat_are_shown(newest: dict[str, Observation]) -> None:
    shown = (Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT)
    for probe in probes("chat"):
        for link in shown:
            assert newest[probe.name].at(link) != NOT_EXPOSED, (probe.name, link)
    for probe in probes("untrained"):
        assert newest[probe.name].at(Link.LOGPROBS) != NOT_EXPOSED, probe.name


def test_a_stream_adds_up_to_the_text(newest: dict[str, Observation]) -> None:
    for name in ("cjk-greeting", "emoji-family", "think-sum", "weather-paris"):
        events = newest[f"stream/{name}"].at(Link.STREAM)
        assert "".join(pieces(events)) == newest[f"chat/{name}"].at(Link.TEXT)


def pieces(events: Json) -> list[str]:
    assert isinstance(events, list)
    return [piece for event in events for piece in deltas(event)]


def deltas(event: Json) -> list[str]:
    match event:
        case {"choices": [{"delta": {"content": str(piece)}}]}:
            return [piece]
        case _:
            raise AssertionError(event)


# Where neighbouring releases part ----------------------------------------------------------------


def pair(
    root: Path, name: str, old: str, new: str, link: Link
) -> tuple[Observation, Observation, Json, Json]:
    before, after = (
        observe(root, ENGINE, f"{ENGINE}=={version}", probes(name))[name] for version in (old, new)
    )
    return before, after, before.at(link), after.at(link)


@pytest.mark.parametrize(
    ("old", "new", "right"), [("0.10.0", "0.11.0", "old"), ("0.15.2", "0.16.0", "new")]
)
def test_schemas_of_tools_were_rewritten_between_two_releases(
    rooms: Path, old: str, new: str, right: str
) -> None:
    name = "chat/weather-paris"
    (probe,) = probes(name)
    before, after, *_ = pair(rooms, name, old, new, Link.PROMPT)
    good, bad = (before, after) if right == "old" else (after, before)
    assert strayed(probe, good) == ""
    assert strayed(probe, bad).startswith("prompt: text")


def test_nothing_decoded_killed_the_process(rooms: Path) -> None:
    before, _, _, text = pair(rooms, "engine-decode/nothing", "0.16.0", "0.17.0", Link.TEXT)
    assert before.failure is not None
    assert (before.failure.reason, before.failure.link) == (Reason.CRASH, Link.TEXT)
    assert "SIGFPE" in before.failure.message
    assert text == ""


def test_a_sequence_lost_its_end(rooms: Path) -> None:
    *_, old, new = pair(rooms, "engine-search/greedy", "0.10.0", "0.11.0", Link.OUTPUT_IDS)
    assert isinstance(old, list)
    assert isinstance(new, list)
    assert isinstance(old[0], list)
    assert [*old[0][:-1]] == new[0]
    assert old[0][-1] == 2


def test_runs_of_blanks_became_one_id(rooms: Path) -> None:
    *_, old, new = pair(rooms, "encode/newlines-and-spaces", "0.6.0", "0.7.0", Link.PROMPT_IDS)
    assert (old, new) == ([201, 201, 223, 223, 201], [201, 561, 201])


def test_ngrams_may_no_longer_repeat(rooms: Path) -> None:
    name = "engine-search/no-repeat-ngram"
    *_, old, new = pair(rooms, name, "0.14.1", "0.15.0", Link.TEXT)
    assert (old, new) == (["ha ha ha ha ha ha ha ha ha ha"], ["ha ha ha"])
