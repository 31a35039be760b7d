"""Chats of an app become cases: once each, without secrets, and streams stay streams."""

from __future__ import annotations

import json

from bot.core.model import Json
from bot.core.recording import Recording

PATH = "/v1/chat/completions?version=1"
JSON = {"Content-Type": "application/json", "Set-Cookie": "session=1", "Authorization": "Bearer x"}
SSE = {"content-type": "text/event-stream; charset=utf-8"}


def asked(content: str = "hi", **more: Json) -> bytes:
    messages: Json = [{"role": "user", "content": content}]
    return json.dumps({"model": "big", "messages": messages, **more}).encode()


def event(**delta: Json) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]})


def call(index: int, arguments: str) -> Json:
    return [{"index": index, "function": {"arguments": arguments}}]


def test_a_chat_is_a_question_for_engines_and_an_answer_for_clients() -> None:
    recording = Recording()
    body = b'{"choices": [],  "id": "x"}'
    chat = recording.hear(PATH, asked(temperature=0.7, top_p=0.5), 200, JSON, body)
    assert chat is not None
    messages = [{"role": "user", "content": "hi"}]
    assert chat.case == {
        "id": "chat-001",
        "messages": messages,
        "temperature": 0,
        "seed": 0,
        "top_p": 0.5,
    }
    assert chat.request["model"] == "big"
    assert chat.replay["answer"] == {
        "status": 200,
        "headers": {"content-type": "application/json"},
        "body": body.decode(),
    }
    assert chat.replay["raises"] is False


def test_the_same_question_is_kept_once_and_what_is_no_chat_not_at_all() -> None:
    recording = Recording()
    for body in (asked(), asked(), b"no json", b"[]"):
        recording.hear(PATH, body, 200, JSON, b"{}")
    recording.hear("/v1/models", asked(), 200, JSON, b"{}")
    assert (len(recording.chats), recording.repeated, recording.passed) == (1, 1, 3)


def test_an_error_is_an_answer_and_what_is_no_json_is_text() -> None:
    chat = Recording().hear(PATH, asked(), 429, JSON, b"slow down, ann@firm.org \xff")
    assert chat is not None
    assert chat.replay["raises"] is True
    assert chat.body == "slow down, person1@example.com \ufffd"


def test_a_stream_keeps_its_lines_and_loses_its_secrets() -> None:
    lines = [
        ": a comment",
        event(role="assistant", content="ann"),
        event(content="@firm."),
        event(content="org \u00e9"),
        event(tool_calls=call(0, '{"to": "bob@fi')),
        event(tool_calls=call(1, '{"to": "nobody')),
        event(tool_calls=call(0, 'rm.org"}')),
        event(tool_calls=call(1, '"}')),
        "data: no json",
        "data: [DONE]",
        "",
    ]
    recording = Recording()
    question = asked("I am ann@firm.org", stream=True)
    chat = recording.hear(PATH, question, 200, SSE, "\r\n".join(lines).encode())
    assert chat is not None
    assert chat.streamed
    told = chat.body.split("\r\n")
    kept = [at for at, (one, other) in enumerate(zip(lines, told, strict=True)) if one == other]
    assert kept == [0, 5, 7, 8, 9, 10]
    deltas = [json.loads(line[5:])["choices"][0]["delta"] for line in told[1:8]]
    said = "".join(delta.get("content", "") for delta in deltas)
    assert said == "person1@example.com \u00e9"  # the stand-in of the question
    first = "".join(
        each["function"]["arguments"]
        for delta in deltas
        for each in delta.get("tool_calls", [])
        if each["index"] == 0
    )
    assert json.loads(first) == {"to": "person2@example.com"}
    assert recording.redactor.counts == {"e-mail address": 3}
    for secret in ("ann", "bob", "firm"):
        assert secret not in chat.body


def test_a_model_is_named_without_the_home_that_it_lies_in() -> None:
    name = "DeepSeek-R1-Distill-Qwen-32B-Instruct-GGUF"
    answer: Json = {"model": f"/home/ann/{name}", "choices": []}
    whole = Recording().hear(PATH, asked(), 200, JSON, json.dumps(answer).encode())
    stream = f"data: {json.dumps(answer)}\n\n" * 2
    streamed = Recording().hear(PATH, asked(stream=True), 200, SSE, stream.encode())
    for chat, count in ((whole, 1), (streamed, 2)):
        assert chat is not None
        assert chat.body.count(f"/home/user1/{name}") == count
        assert "ann" not in chat.body
