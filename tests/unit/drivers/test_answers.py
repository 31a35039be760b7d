"""The texts of a proof that read answers do what the guest does with the same events."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from bot.core.model import Json, Link, Look, Probe
from bot.core.proof import expecting
from bot.drivers import answers, message
from bot.drivers.ctranslate2 import CTRANSLATE2
from bot.drivers.folder import known
from bot.drivers.httpx import HTTPX
from bot.drivers.json_repair import JSON_REPAIR
from bot.drivers.mistralrs import MISTRALRS, MISTRALRS_GGUF
from bot.drivers.onnxruntime_genai import ONNXRUNTIME_GENAI
from bot.drivers.openai import OPENAI
from bot.drivers.parsed import parsing
from bot.drivers.xllamacpp import XLLAMACPP
from bot.ports import Driver

chat: Any = import_module("bot.guest.chat")


def probe(ask: str, request: Json, *known: tuple[Link, Json]) -> Probe:
    look = Look(link=Link.TEXT, compare="text")
    return Probe(name="x/y", ask=ask, request=request, looks=(look,), known=known)


def seen(program: str, **given: object) -> object:
    names: dict[str, object] = {"json": json, **given}
    exec(compile(program, "proof", "exec"), names)  # noqa: S102
    return names["seen"]


def event(index: int, finish: str | None = None, **delta: object) -> dict[str, object]:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def call(index: int, **function: str) -> dict[str, object]:
    return event(0, tool_calls=[{"index": index, "function": function}])


STREAMS = [
    [],
    [{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}],
    [event(0, role="assistant", content="He"), event(0, content="llo"), event(0, "stop")],
    [event(0, reasoning_content="so"), event(0, content=""), event(1, "length", content="b")],
    [event(1, "stop", content="only the second")],
    [call(0, name="f", arguments='{"a"'), call(1, name="g"), call(0, arguments=": 1}")],
    [call(0, name="f", arguments="{"), event(0, "tool_calls")],
]


@pytest.mark.parametrize("events", STREAMS)
def test_what_varies_is_left_out_as_the_guest_does(events: list[dict[str, object]]) -> None:
    told = [{"id": "x", **each, "created": 7} for each in events]
    assert seen(answers.STEADY, events=told) == chat.steady(told) == events


def expected(value: Json) -> Probe:
    return expecting(probe("chat", {}), Link.MESSAGE, value)


@pytest.mark.parametrize("events", STREAMS[2:])
def test_what_is_expected_is_read_as_the_guest_does_and_no_more(
    events: list[dict[str, object]],
) -> None:
    whole = json.loads(json.dumps(chat.gathered(events)))
    told = chat.message(whole)
    read = message.message(expected(told), streamed=False)
    assert seen(read, answer=whole) == told
    if events[0]["choices"][0]["index"] == 0 and told["finish_reason"]:  # type: ignore[index]
        streamed = message.message(expected(told), streamed=True)
        assert seen(streamed, events=events) == told
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    counts = [*events, {"choices": [], "usage": usage}]
    assert seen(message.counted(streamed=True), events=counts) == usage


def test_only_the_fields_that_are_expected_are_read() -> None:
    read = message.message(expected({"content": "Hello"}), streamed=True)
    assert seen(read, events=STREAMS[2]) == {"content": "Hello"}
    assert "tool_calls" not in read
    assert "role" not in read


def test_what_nobody_says_is_no_empty_text() -> None:
    told = expected({"content": None, "finish_reason": "tool_calls"})
    silent = [event(0, "tool_calls", role="assistant")]
    assert seen(message.message(told, streamed=True), events=silent) == {
        "content": None,
        "finish_reason": "tool_calls",
    }


CALLED = call(0, name="f", arguments="{}")
UNKNOWN: list[Json] = [None, "text", {"error": {}}, {"role": "a", "more": [{"odd": 1}]}]


@pytest.mark.parametrize("golden", UNKNOWN)
@pytest.mark.parametrize("events", [STREAMS[2], [CALLED, event(0, "tool_calls")]])
def test_of_an_unknown_message_the_usual_fields_are_read(
    events: list[dict[str, object]], golden: Json
) -> None:
    whole = json.loads(json.dumps(chat.gathered(events)))
    asked = expecting(probe("chat", {"tools": [{}]}), Link.MESSAGE, golden)
    told = chat.message(whole)
    assert seen(message.message(asked, streamed=False), answer=whole) == told
    assert seen(message.message(asked, streamed=True), events=events) == told


def test_what_only_the_other_side_says_is_read_as_none() -> None:
    whole = json.loads(json.dumps(chat.gathered(STREAMS[2])))
    none: Json = {"reasoning": None, "tool_calls": None, "refusal": None}
    assert seen(message.message(expected(none), streamed=False), answer=whole) == none
    silent: Json = {"reasoning": None, "tool_calls": None}
    assert seen(message.message(expected(silent), streamed=True), events=STREAMS[2]) == silent
    assert seen(message.message(expected({}), streamed=False), answer={"choices": []}) == {}


@pytest.mark.parametrize(
    ("driver", "asked", "links"),
    [
        (MISTRALRS, probe("chat", {"messages": [], "stop": "a"}, (Link.PROMPT, "a")), 6),
        (MISTRALRS_GGUF, probe("chat", {"messages": [], "stream": True}, (Link.PROMPT, "a")), 7),
        (MISTRALRS, probe("encode", {"text": "a"}), 2),
        (MISTRALRS, probe("chat", {"messages": [], "temperature": 1}), 0),
        (MISTRALRS, probe("chat", {"messages": [], "chat_template_kwargs": {"other": 1}}), 0),
        (MISTRALRS, probe("chat", {"messages": [], "grammar": "x"}), 0),
        (ONNXRUNTIME_GENAI, probe("chat", {"messages": []}, (Link.PROMPT, "a")), 5),
        (ONNXRUNTIME_GENAI, probe("chat", {"messages": [], "stream": True}), 6),
        (ONNXRUNTIME_GENAI, probe("engine", {}), 0),
        (CTRANSLATE2, probe("chat", {"messages": [], "stream": True}, (Link.PROMPT_IDS, [1])), 3),
        (CTRANSLATE2, probe("chat", {"messages": []}), 0),
        (XLLAMACPP, probe("wire", {"path": "/", "body": {}, "take": ["a"]}), 0),
        (XLLAMACPP, probe("scored", {"messages": [], "stream": True}), 7),
        (XLLAMACPP, probe("encode", {"ids": [1]}), 2),
        (XLLAMACPP, probe("render", {"source": "", "context": {"other": 1}}), 0),
        (OPENAI, probe("replay", {"request": {}, "answer": {}, "call": "responses.create"}), 0),
        (OPENAI, probe("replay", {"request": {"stream": True}, "answer": {}}), 4),
        (HTTPX, probe("replay", {"request": {}, "answer": {}}), 3),
        (JSON_REPAIR, probe("parse", {"text": "a"}), 2),
    ],
)
def test_what_is_shown_is_whole_python(driver: Driver, asked: Probe, links: int) -> None:
    shown = [text for link in Link if (text := driver.show(asked, link))]
    assert len(shown) == links
    for text in shown:
        compile(text, "proof", "exec")
        assert "seen" in text


def test_what_is_given_stands_over_what_is_known() -> None:
    asked = probe("chat", {}, (Link.PROMPT, "known"))
    assert known(asked, Link.PROMPT) == "known"
    assert known(asked, Link.PROMPT_IDS) is None


def test_a_parser_is_asked_for_the_whole_and_for_each_beginning() -> None:
    show = parsing("whole = json.loads\n\n\ndef parts(texts):\n    return texts\n")
    asked: Json = {"text": "[1, NaN]"}
    assert seen(show(probe("parse", asked), Link.MESSAGE), REQUEST=asked) == [1, {"$": "nan"}]
    half: Json = {"text": "[1"}
    assert seen(show(probe("parse", half), Link.STREAM), REQUEST=half) == ["", "[", "[1"]
    refused = seen(show(probe("parse", half), Link.MESSAGE), REQUEST=half)
    assert isinstance(refused, dict)
    assert refused["error"]["type"] == "JSONDecodeError"
    assert show(probe("chat", {}), Link.MESSAGE) == ""
