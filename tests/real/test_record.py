"""An app that is pointed at the recorder notices nothing, and its traffic becomes probes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest
import requests

from bot.core.model import NOT_EXPOSED, Json, Link
from bot.drivers.suite import read_suite
from bot.effects.proxy import Proxy
from bot.verbs.record import Recorder, record
from tests.real.served import served
from tests.real.test_endpoint import ask

pytestmark = [pytest.mark.real, pytest.mark.network]

QUESTION = "What is the capital of France?"
PRIVATE = "My address is ann@firm.org and my key is sk-abcdefghijkl."


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.fixture(scope="module")
def server(rooms: Path) -> Iterator[str]:
    with served(rooms, "xllamacpp") as url:
        yield url


def post(url: str, **body: Json) -> bytes:
    answer = requests.post(
        f"{url}/v1/chat/completions",
        json={"model": "m", **body},
        headers={"Authorization": "Bearer sk-abcdefghijkl"},
        timeout=60,
    )
    return answer.content


def chat(content: str) -> Json:
    return [{"role": "user", "content": content}]


def said(answer: bytes) -> Json:
    told: Json = json.loads(answer)["choices"][0]["message"]
    return told


def test_the_traffic_of_an_app_becomes_probes_of_the_same_server(
    rooms: Path, server: str, tmp_path: Path
) -> None:
    recorder = Recorder(out=tmp_path / "app", limit=3)
    addresses: Queue[str] = Queue()
    proxy = Proxy(upstream=f"{server}/v1", heard=recorder.heard)
    recording = threading.Thread(target=record, args=(recorder, proxy, addresses.put))
    recording.start()
    url = addresses.get(timeout=20)
    direct = said(post(server, messages=chat(QUESTION), temperature=0))
    assert said(post(url, messages=chat(QUESTION), temperature=0)) == direct
    streamed = post(url, messages=chat(QUESTION), stream=True)
    assert streamed.endswith(b"data: [DONE]\n\n")
    post(url, messages=chat(PRIVATE), max_tokens=8)
    recording.join(timeout=20)
    assert not recording.is_alive()

    probes = read_suite((recorder.out,), ("recorded",))
    heard = ask(rooms, server, probes)
    whole, stream, private = heard.observations
    for one in heard.observations:
        assert one.failure is None, one.failure
    assert isinstance(direct, dict)
    for one in (whole, stream):
        message = one.at(Link.MESSAGE)
        assert isinstance(message, dict)
        assert message["content"] == direct["content"]
    assert stream.at(Link.STREAM) != NOT_EXPOSED
    assert "person1@example.com" in str(private.at(Link.PROMPT))
    recorded = (recorder.out / "streams" / "chat-002.sse").read_bytes()
    assert recorded == streamed
    written = "".join(path.read_text() for path in recorder.out.rglob("*") if path.is_file())
    assert "ann@" not in written
    assert "sk-abcdefghijkl" not in written
