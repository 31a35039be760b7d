"""The bytes that stand in a proof are those that the server of a cell writes."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from bot.app import SUITE
from bot.core.model import Json
from bot.drivers.heard import hearing
from bot.drivers.wires import wire

server: Any = import_module("bot.guest.replay_server")
CASES = [
    (f"{name}/{case['id']}", answer, case.get("cuts") or ["whole"])
    for name in ("openai", "odd", "errors", "requests")
    for case in json.loads((SUITE / "streams" / f"{name}.json").read_text(encoding="utf-8"))
    for answer in (case["answer"] if isinstance(case["answer"], list) else [case["answer"]])
]


def written(answer: dict[str, Any], cut: Json) -> list[bytes]:
    """What the guest's server writes after the head."""
    parts = server.pieces(server.content(answer), cut)
    if answer.get("framing") != "chunked":
        return [part for part in parts if part]
    return [server.chunked(parts) + (b"" if answer.get("end") == "short" else b"0\r\n\r\n")]


@pytest.mark.parametrize(("name", "answer", "cuts"), CASES, ids=[case[0] for case in CASES])
def test_a_body_is_cut_and_framed_as_the_guest_does(
    name: str, answer: dict[str, Any], cuts: list[Json]
) -> None:
    for cut in cuts:
        head, *parts = wire(answer, cut)
        assert parts == written(answer, cut), name
        assert head.startswith(b"HTTP/1.1 %d " % answer.get("status", 200))
        assert head.endswith(b"Connection: close\r\n\r\n")
        promised = sum(map(len, parts)) + server.MISSING * (answer.get("end") == "short")
        length = b"Content-Length: %d\r\n" % promised
        assert (length in head) is (answer.get("framing", "length") == "length")


def test_a_refusal_has_its_words_and_what_nobody_named_has_none() -> None:
    assert wire({"status": 404}, "whole")[0].startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert wire({"status": 529}, "whole")[0].startswith(b"HTTP/1.1 529 \r\n")
    assert wire({"body": "ab"}, [1])[1:] == [b"a", b"b"]


class Request:
    """What a handler knows of a request."""

    command, path, headers = "POST", "/v1", {"accept": "a"}


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("between", [(",", ":"), (", ", ": "), (" ,", ":")])
@pytest.mark.parametrize("text", ["plain", "Grüße"])
@pytest.mark.parametrize("everything", [True, False])
def test_how_a_body_is_written_is_told_as_the_guest_does(
    ascii_only: bool,
    between: tuple[str, str],
    text: str,
    everything: bool,
) -> None:
    raw = json.dumps({"a": text, "b": 1}, ensure_ascii=ascii_only, separators=between).encode()
    told: Json = {"written": server.written(raw), "headers": {"accept": "a"}, "arrived": 1}
    heard = [(Request(), raw)]
    names: dict[str, Any] = {"json": json, "heard": heard}
    exec(hearing("pass", None if everything else told), names)  # noqa: S102 - the proof's own text
    assert {name: names["seen"][name] for name in ("written", "headers", "arrived")} == told
