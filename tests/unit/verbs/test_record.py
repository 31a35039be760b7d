"""What is recorded is a suite folder that reads as one, and a person is told what it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.model import Link
from bot.drivers.suite import families, read_suite
from bot.effects.proxy import Answer, Asked, Proxy
from bot.errors import UsageError
from bot.verbs.record import Recorder, record, said

PATH = "/v1/chat/completions"


def asked(content: str, *, path: str = PATH, stream: bool = False) -> Asked:
    messages = [{"role": "user", "content": content}]
    body = json.dumps({"model": "m", "messages": messages, "stream": stream}).encode()
    return Asked(
        method="POST", path=path, headers={"Authorization": "Bearer sk-abcdefgh"}, body=body
    )


def answer(*pieces: bytes, kind: str = "application/json", whole: bool = True) -> Answer:
    return Answer(status=200, headers={"Content-Type": kind}, pieces=pieces, whole=whole)


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(out=tmp_path / "app", name="app")


def test_the_folder_is_a_suite(recorder: Recorder) -> None:
    recorder.heard(asked("ann@firm.org"), answer(b'{"choices": []}'))
    stream = answer(b"data: [DO", b"NE]\n\n", kind="text/event-stream")
    recorder.heard(asked("again", stream=True), stream)
    assert set(families((recorder.out,))) == {"app", "app-replay"}
    chats = read_suite((recorder.out,), ("app",))
    assert [probe.name for probe in chats] == ["app/chat-001", "app/chat-002"]
    assert {look.link for look in chats[0].looks} == set(Link) - {Link.LOGPROBS}
    assert isinstance(chats[1].request, dict)
    assert chats[1].request["stream"] is True
    replays = read_suite((recorder.out,), ("app-replay",))
    assert {probe.ask for probe in replays} == {"replay"}
    assert isinstance(replays[1].request, dict)
    assert replays[1].request["answer"] == {
        "status": 200,
        "headers": {"content-type": "text/event-stream"},
        "body": "data: [DONE]\n\n",
    }
    assert (recorder.out / "streams" / "chat-002.sse").read_bytes() == stream.body


def test_no_secret_reaches_the_disk(recorder: Recorder) -> None:
    body = json.dumps({"choices": [{"message": {"content": "your key is hf_abcdefghijkl"}}]})
    recorder.heard(asked("ann@firm.org, key sk-abcdefghijkl"), answer(body.encode()))
    written = "".join(path.read_text() for path in recorder.out.rglob("*") if path.is_file())
    for secret in ("ann@", "sk-abcdefgh", "hf_abcdefgh"):
        assert secret not in written
    rows = {str(name): str(count) for name, count in said(recorder).rows}
    assert rows["redacted: key"] == "2"
    assert rows["redacted: e-mail address"] == "1"


def test_an_answer_that_broke_off_and_what_comes_after_the_last_are_left_out(
    recorder: Recorder,
) -> None:
    recorder.limit = 1
    recorder.heard(asked("one"), answer(b"{", whole=False))
    assert not recorder.recording.chats
    recorder.heard(asked("two", path="/v1/models"), answer(b"{}"))
    recorder.heard(asked("three"), answer(b"{}"))
    assert recorder.enough.is_set()
    recorder.heard(asked("four"), answer(b"{}"))
    assert [chat.name for chat in recorder.recording.chats] == ["chat-001"]
    told = said(recorder)
    assert told.json == {
        "chats": 1,
        "streamed": 0,
        "asked again": 0,
        "passed on without a probe": 1,
        "redacted": {},
    }
    assert "matrix.yaml" in str(told.lines[1])


def test_nothing_heard_is_said_so(recorder: Recorder) -> None:
    assert said(recorder).lines == ("nothing was written: no chat was heard",)


def test_a_folder_that_holds_something_is_left_alone(recorder: Recorder) -> None:
    recorder.out.mkdir()
    (recorder.out / "mine").touch()
    with pytest.raises(UsageError, match="already"):
        record(recorder, Proxy(upstream="http://127.0.0.1:9"), print)


@pytest.mark.parametrize("upstream", ["ftp://host", "host:80", "http://", "http://host:0"])
def test_an_upstream_that_is_no_address_is_told(recorder: Recorder, upstream: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        record(recorder, Proxy(upstream=upstream), print)
