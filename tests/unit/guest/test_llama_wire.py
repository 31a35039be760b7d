"""What a wire, a scored chat and neighbours tell, against a server of paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Guest = Callable[[str], ModuleType]
Fields = dict[str, Any]


def served(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, status: int, kind: str, told: bytes
) -> list[tuple[str, str, bytes | None]]:
    """Answer everything with `told`; returns the list of what is asked."""
    asked: list[tuple[str, str, bytes | None]] = []

    def exchange(
        _base: str, method: str, path: str, content: bytes | None, _seconds: float
    ) -> tuple[int, str, bytes]:
        asked.append((method, path, content))
        return status, kind, told

    monkeypatch.setattr(guest("http_client"), "exchange", exchange)
    return asked


def sent(guest: Guest, request: Fields) -> Fields:
    told: Fields = guest("wired").send(request, "http://x", 1)
    return told


def test_an_error_is_an_answer_and_its_words_stand_apart(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = {"error": {"code": 400, "type": "bad", "message": "no such thing"}}
    asked = served(guest, monkeypatch, 400, "application/json; x", json.dumps(error).encode())
    told = sent(guest, {"path": "/p", "raw": "{oops"})
    assert asked == [("POST", "/p", b"{oops")]
    assert told["message"] == {
        "status": 400,
        "type": "application/json",
        "error": {"type": "bad", "code": 400},
    }
    assert told["text"] == "no such thing"
    assert told["stream"] == {"$": "not exposed"}


@pytest.mark.parametrize("body", [b"gone wrong", b'"gone wrong"'])
def test_an_error_of_plain_words_has_no_kind(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    asked = served(guest, monkeypatch, 500, "text/plain", body)
    told = sent(guest, {"path": "/p"})
    assert asked == [("GET", "/p", None)]
    assert told["message"]["error"] is None
    assert told["text"] == "gone wrong"


def test_an_answer_names_its_fields_and_keeps_what_was_taken(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"a": {"b": 1, "c": 2}, "list": [{"d": 1}, {"e": 2}], "created": 5}
    served(guest, monkeypatch, 200, "application/json", json.dumps(answer).encode())
    told = sent(guest, {"path": "/p", "body": {}, "take": ["a.b", "list", "a.nothing", "z"]})
    assert told["message"]["answer"] == {"a.b": 1, "list": [{"d": 1}, {"e": 2}]}
    assert told["text"] == ["a", "a.b", "a.c", "created", "list", "list[].d", "list[].e"]


def test_what_a_dice_made_is_told_by_its_kind_and_equal_ids_stay_equal(guest: Guest) -> None:
    mask = guest("wired").Masked()
    told = mask.of(
        {
            "id": "call_9f",
            "created": 17,
            "timings": {"x_ms": 1},
            "inner": [{"tool_call_id": "call_9f", "id": "other"}, {"id": None, "time_ms": 3}],
            "system_fingerprint": "",
        }
    )
    assert told == {
        "id": "some id 1",
        "created": "some number",
        "timings": "some timings",
        "inner": [
            {"tool_call_id": "some id 1", "id": "some inner[].id 1"},
            {"id": None, "time_ms": "some time"},
        ],
        "system_fingerprint": "",
    }


def test_what_depends_on_the_questions_before_is_told_by_its_kind_where_a_probe_says_so(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"usage": {"cached_tokens": 17, "output_tokens": 2}, "generation_settings": {"a": 1}}
    served(guest, monkeypatch, 200, "application/json", json.dumps(answer).encode())
    told = sent(guest, {"path": "/p", "mask": ["cached_tokens"]})
    assert told["message"]["answer"] == {
        "usage": {"cached_tokens": "some number", "output_tokens": 2},
        "generation_settings": "some settings",
    }
    assert told["text"] == [
        "generation_settings",
        "usage",
        "usage.cached_tokens",
        "usage.output_tokens",
    ]


def test_an_id_more_in_one_place_renames_none_in_another(guest: Guest) -> None:
    def answer(*calls: str) -> Fields:
        return {"calls": [{"id": name} for name in calls], "id": "chatcmpl-x", "model": "m"}

    one = guest("wired").Masked().of(answer("a"))
    two = guest("wired").Masked().of(answer("b", "c"))
    assert two.pop("calls") == [*one.pop("calls"), {"id": "some calls[].id 2"}]
    assert one == two


def test_a_stream_is_told_line_by_line(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b'event: start\ndata: {"id": "x", "n": 1}\n\n: still here\nerror: {"code": 1}\n'
    served(guest, monkeypatch, 200, "text/event-stream", lines + b"data: [DONE]\n\n")
    told = sent(guest, {"path": "/p", "body": {"stream": True}})
    assert told["message"] == {"status": 200, "type": "text/event-stream"}
    assert told["stream"] == [
        {"event": "start"},
        {"id": "some id 1", "n": 1},
        {"error": {"code": 1}},
        "[DONE]",
    ]


def entry(token: str, logprob: float, **more: object) -> Fields:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode()), **more}


@pytest.mark.parametrize("streamed", [False, True])
def test_log_probabilities_are_read_whole_and_in_pieces(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, *, streamed: bool
) -> None:
    one, two = entry("a", -0.5, id=7, top_logprobs=[entry("b", -1.0, id=8)]), entry("c", -2.0)
    pieces = [
        {"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [one]}}]},
        {"choices": [{"delta": {"content": "c"}, "logprobs": {"content": [two]}}]},
    ]
    whole = {"choices": [{"message": {"content": "ac"}, "logprobs": {"content": [one, two]}}]}
    lines = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n"
    told = lines if streamed else json.dumps(whole)
    served(guest, monkeypatch, 200, "", told.encode())
    chain = SimpleNamespace(model="m", base_url="http://x", turn={})
    probe = {"request": {"messages": [], "stream": streamed}, "seconds": 2}
    show = guest("scored").show
    assert show("logprobs", probe, chain) == [
        {"id": 7, "logprob": -0.5, "top": [[8, -1.0]]},
        {"id": int.from_bytes(b"\1c", "big"), "logprob": -2.0, "top": []},
    ]
    assert [each["token"] for each in show("text", probe, chain)] == ["a", "c"]
    assert show("message", probe, chain)["content"] == "ac"
    events = show("stream", probe, chain)
    assert "logprobs" not in json.dumps(events)
    assert events == {"$": "not exposed"} or events[-1] == "[DONE]"


def test_where_nothing_is_told_of_tokens_nothing_is_shown(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(guest, monkeypatch, 200, "", b'{"choices": [{"message": {"content": "a"}}]}')
    chain = SimpleNamespace(model="m", base_url="http://x", turn={})
    probe = {"request": {"messages": []}, "seconds": 2}
    assert guest("scored").show("logprobs", probe, chain) == {"$": "not exposed"}


def test_a_neighbour_who_hears_another_is_found(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    http_client = guest("http_client")

    def post(_base: str, _path: str, body: Fields, _seconds: float) -> Fields:
        if body["say"] == "refused":
            raise http_client.Refused("HTTP 400: no")
        counts = {"prompt_tokens": 3, "completion_tokens": 1}
        usage = {**counts, "prompt_tokens_details": {"cached_tokens": 2}}
        said = {"role": "assistant", "content": body["say"]}
        return {"choices": [{"message": said, "finish_reason": "stop"}], "usage": usage}

    monkeypatch.setattr(http_client, "post", post)
    request = {
        "rounds": [[{"say": "Paris"}, {"say": "also Paris"}], [{"say": "refused"}, {"say": "x"}]],
        "canaries": [["Paris", "Tokyo"]],
        "counts": True,
    }
    chain = SimpleNamespace(model="m", base_url="http://x", turn={})
    show = guest("neighbours").show
    probe = {"request": request, "seconds": 2}
    assert show("text", probe, chain) == {"foreign canary": [[0, 1, 0]]}
    told = show("message", probe, chain)
    assert told[0][0] == {"role": "assistant", "content": "Paris", "finish_reason": "stop"}
    assert told[1][0] == {"error": "HTTP 400: no"}
    assert show("usage", probe, chain) == [
        [{"prompt_tokens": 3, "completion_tokens": 1}] * 2,
        [None, {"prompt_tokens": 3, "completion_tokens": 1, "cached_tokens": 2}],
    ]


def test_of_another_endpoint_the_fields_that_are_named_are_told(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Fields = {"content": "", "tokens_predicted": 6, "id_slot": 0}
    monkeypatch.setattr(guest("http_client"), "post", lambda *_words: told)
    asked = {"path": "/completion", "body": {"prompt": ""}, "take": ["tokens_predicted", "stop"]}
    chain = SimpleNamespace(model="m", base_url="http://x", turn={})
    probe = {"request": {"rounds": [[asked]]}, "seconds": 2}
    show = guest("neighbours").show
    assert show("message", probe, chain) == [[{"tokens_predicted": 6, "stop": None}]]
