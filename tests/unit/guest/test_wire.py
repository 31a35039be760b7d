"""The private line: what JSON cannot carry survives the way, each event whole and at once."""

from __future__ import annotations

import base64
import json
import math
import os
import threading
from importlib import import_module
from typing import Any

import pytest

from bot.core.model import NOT_EXPOSED, Link

wire: Any = import_module("bot.guest.wire")


def b64(content: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(content).decode()}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (1.5, 1.5),
        (math.inf, {"$": "inf"}),
        (-math.inf, {"$": "-inf"}),
        (math.nan, {"$": "nan"}),
        ("naïve 😀", "naïve 😀"),
        ("\ud83d", b64(b"\xed\xa0\xbd")),
        (b"text", "text"),
        (b"\xff", b64(b"\xff")),
        (bytearray(b"\xff"), b64(b"\xff")),
        ((1, [2, {"a": (3,)}]), [1, [2, {"a": [3]}]]),
        ({1: math.inf}, {"1": {"$": "inf"}}),
        (frozenset({7}), [7]),
        (Link, repr(Link)),
    ],
)
def test_every_value_becomes_json(value: object, told: object) -> None:
    assert wire.plain(value) == told
    json.dumps(wire.plain(value), allow_nan=False)


def test_text_that_was_told_as_bytes_is_text_again() -> None:
    for text in ("plain", "", "\ud83d half"):
        assert wire.text_of(wire.plain(text)) == text


def test_links_and_what_is_not_exposed_are_those_of_the_host() -> None:
    assert tuple(link.value for link in Link) == wire.LINKS
    assert wire.NOT_EXPOSED == NOT_EXPOSED


def test_each_event_is_one_line_of_ascii() -> None:
    read, write = os.pipe()
    line = wire.Line(write)
    assert not os.get_inheritable(write)
    line.say("saw", value="ü\n\u2028", odd=math.nan)
    line.say("bye")
    told = os.read(read, 65536)
    os.close(read)
    first, second = told.decode("ascii").splitlines()
    assert json.loads(first) == {"event": "saw", "value": "ü\n\u2028", "odd": {"$": "nan"}}
    assert json.loads(second) == {"event": "bye"}


def test_an_event_larger_than_a_pipe_arrives_whole() -> None:
    read, write = os.pipe()
    parts: list[bytes] = []

    def drain() -> None:
        while part := os.read(read, 65536):
            parts.append(part)

    reader = threading.Thread(target=drain)
    reader.start()
    line = wire.Line(write)
    line.say("saw", value="x" * 1_000_000)
    line._out.close()
    reader.join(timeout=10)
    os.close(read)
    assert len(json.loads(b"".join(parts))["value"]) == 1_000_000
