"""Recorded answers without a socket: how they are cut, and what becomes of what a client says."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import pytest

from bot.core.model import NOT_EXPOSED, Json
from tests.unit.guest.conftest import Guest

WHOLE = b"data: one\n\ndata: two\n\n"


@pytest.mark.parametrize("cut", ["whole", "every", 1, 7, 500, [3, 4], {"random": 1}])
def test_pieces_are_the_whole_again(guest: Guest, cut: Json) -> None:
    pieces = guest("replay_server").pieces(WHOLE, cut)
    assert b"".join(pieces) == WHOLE
    assert len(pieces) == {"whole": 1, "every": len(WHOLE)}.get(str(cut), len(pieces))


def test_a_random_cut_is_the_same_again(guest: Guest) -> None:
    pieces = guest("replay_server").pieces
    one, other, third = (pieces(WHOLE * 9, {"random": seed}) for seed in (1, 1, 2))
    assert one == other != third


def test_each_piece_is_a_chunk_of_its_own(guest: Guest) -> None:
    chunked = guest("replay_server").chunked
    assert chunked([b"ab", b"", b"c" * 16]) == b"2\r\nab\r\n10\r\n" + b"c" * 16 + b"\r\n"


def test_a_body_may_be_bytes_and_may_be_compressed(guest: Guest) -> None:
    content = guest("replay_server").content
    assert content({"body": {"base64": "/w=="}}) == b"\xff"
    assert gzip.decompress(content({"body": "é", "gzip": True})) == "é".encode()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ('{"a": 1}', "spaced plain"),
        ('{"a":1}', "compact plain"),
        ('{"a":"é"}', "compact"),
        ('{"a": "\\u00e9"}', "spaced escaped"),
        ('{"a":"\\u00e9"}', "compact escaped"),
        ('{"a": "é"}', "spaced"),
        ('{"a" :1}', "other"),
        ("{", "no JSON"),
    ],
)
def test_how_a_body_is_written_is_told(guest: Guest, raw: str, told: str) -> None:
    assert guest("replay_server").written(raw.encode()) == told


class Said:
    """A run as `Replay` keeps it."""

    def __init__(self, message: Json = None, error: Exception | None = None) -> None:
        self.message, self.error, self.usage = message, error, None
        self.heard: list[dict[str, Json]] = []
        self.events: list[Json] = []

    def words(self) -> dict[str, Json]:
        return {"type": type(self.error).__name__, "message": str(self.error)}


def shown(guest: Guest, link: str, runs: list[Said], **asked: Any) -> Json:  # noqa: ANN401
    replay = guest("replay").Replay(None, ("replay",))
    chain = type("Chain", (), {"turn": {"runs": runs}})
    request = {"request": {}, "cuts": ["whole", "every", 3], **asked}
    found: Json = replay.show(link, {"request": request}, chain)
    return found


def test_cuts_that_make_no_difference_show_the_message(guest: Guest) -> None:
    assert shown(guest, "message", [Said("a"), Said("a"), Said("a")]) == "a"


def test_cuts_that_make_a_difference_show_each_message_once(guest: Guest) -> None:
    told = shown(guest, "message", [Said("a"), Said("b"), Said("a")])
    first, second = {"cut": "whole", "seen": "a"}, {"cut": "every", "seen": "b"}
    assert told == {"depends on where it is cut": [first, second]}


def test_an_error_is_raised_unless_it_is_asked_about(guest: Guest) -> None:
    runs = [Said(error=ValueError("no"))] * 3
    assert shown(guest, "message", runs, raises=True) == {
        "error": {"type": "ValueError", "message": "no"}
    }
    with pytest.raises(guest("replay").Failed, match="ValueError: no"):
        shown(guest, "message", runs)


def test_what_never_reached_the_wire_fails_at_the_request(guest: Guest) -> None:
    with pytest.raises(guest("replay").Failed, match="ValueError: no"):
        shown(guest, "request", [Said(error=ValueError("no"))], raises=True)
    with pytest.raises(guest("replay").Failed, match="sent nothing"):
        shown(guest, "request", [Said()])


def test_requests_are_counted_and_later_ones_told_where_they_differ(guest: Guest) -> None:
    run = Said("a")
    run.heard = [{"path": "/x", "body": 1}, {"path": "/x", "body": 1}]
    assert shown(guest, "request", [run]) == {"path": "/x", "body": 1, "arrived": 2}
    run.heard[1]["body"] = 2
    told = {"path": "/x", "body": 1, "arrived": 2, "later": [2]}
    assert shown(guest, "request", [run]) == told


def test_what_a_client_cannot_ask_is_not_exposed(guest: Guest) -> None:
    runs = [Said(error=guest("replay").Beyond())]
    assert {json.dumps(shown(guest, link, runs)) for link in ("request", "message")} == {
        json.dumps(NOT_EXPOSED)
    }


def test_numbers_that_json_lacks_are_made(guest: Guest) -> None:
    told = guest("replay").numbers({"a": [{"$": "nan"}], "b": {"c": 1}})
    assert math.isnan(told["a"][0])
    assert told["b"] == {"c": 1}


def test_an_error_is_told_without_what_varies(guest: Guest) -> None:
    replay = guest("replay")
    run = object.__new__(replay.Run)
    run.url = "http://127.0.0.1:5"
    run.error = ValueError(f"{run.url}/v1 <f at 0x7f> errors.pydantic.dev/2.14/v/x")
    told = run.words()
    assert told["message"] == "{url}/v1 <f> errors.pydantic.dev/v/x"
    assert (told["type"], told["status"], told["cause"]) == ("ValueError", None, None)


def test_a_stream_that_does_not_add_up_has_no_message(guest: Guest) -> None:
    odd = [{"choices": [{"delta": {"content": "a"}}]}, {"choices": [{"delta": {"content": 5}}]}]
    assert guest("replay").gathered(odd) == (NOT_EXPOSED, None)


def test_a_method_is_the_first_of_its_names_that_there_is(guest: Guest) -> None:
    method = guest("replay").method
    assert method("x", "stream.x|upper")() == "X"
    with pytest.raises(AttributeError):
        method("x", "stream.x|nope")


def test_events_are_replayed_as_a_stream_with_one_end(guest: Guest) -> None:
    replay, done = guest("replay"), guest("chat").DONE
    told = [replay.streamed(events) for events in ([{"a": 1}], [{"a": 1}, done])]
    assert told[0] == told[1]
    assert told[0]["headers"] == {"Content-Type": "text/event-stream"}
    content = guest("replay_server").content(told[0])
    assert content == b'data: {"a": 1}\n\ndata: [DONE]\n\n'


def test_an_answer_is_replayed_with_its_bytes_whatever_they_are(guest: Guest) -> None:
    told = guest("replay").recorded(500, "text/plain", b"\xff")
    assert (told["status"], guest("replay_server").content(told)) == (500, b"\xff")
