"""The cases of Anthropic's messages, whole and streamed, by the reference of that API."""

from __future__ import annotations

import json
from typing import Any

from bot.suite.recipe.wires import CUTS, FEW, JSON, SSE, Fields
from bot.suite.recipe.wires_odd import MANY, ODD
from bot.suite.recipe.wires_other import PARAMETERS

ASK: Fields = {"max_tokens": 64, "messages": [{"role": "user", "content": "é 東京"}]}
COUNTS = {"input_tokens": 7, "output_tokens": 5}
HEAD: Fields = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
                "stop_sequence": None}  # fmt: skip


def text(*parts: str) -> list[tuple[Fields, list[Fields]]]:
    """Return one block of text in parts."""
    return [({"type": "text", "text": ""}, [{"type": "text_delta", "text": p} for p in parts])]


def call(*parts: str) -> list[tuple[Fields, list[Fields]]]:
    """Return one call of a tool, its arguments in parts."""
    start = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    return [(start, [{"type": "input_json_delta", "partial_json": part} for part in parts])]


def thought() -> list[tuple[Fields, list[Fields]]]:
    """Return one block of thinking with its signature."""
    deltas = [{"type": "thinking_delta", "thinking": "so"},
              {"type": "signature_delta", "signature": "sig"}]  # fmt: skip
    return [({"type": "thinking", "thinking": "", "signature": ""}, deltas)]


def events(blocks: list[tuple[Fields, list[Fields]]], stop: str = "end_turn") -> list[Fields]:
    """Return the events of a streamed message made of `blocks`."""
    begin = {**HEAD, "content": [], "stop_reason": None, "usage": {**COUNTS, "output_tokens": 1}}
    told: list[Fields] = [{"type": "message_start", "message": begin}, {"type": "ping"}]
    for at, (block, deltas) in enumerate(blocks):
        told.append({"type": "content_block_start", "index": at, "content_block": block})
        told += [{"type": "content_block_delta", "index": at, "delta": each} for each in deltas]
        told.append({"type": "content_block_stop", "index": at})
    delta = {"stop_reason": stop, "stop_sequence": None}
    told.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}})
    return [*told, {"type": "message_stop"}]


def sse(told: list[Fields], end: str = "\n") -> str:
    """Write events with their names."""
    pairs = [(each["type"], json.dumps(each, ensure_ascii=False)) for each in told]
    return "".join(f"event: {name}{end}data: {data}{end}{end}" for name, data in pairs)


def streams() -> dict[str, str]:
    """Return the streamed answers."""
    plain, error = events(text(*MANY)), {"type": "error", "error": _error("overloaded_error")}
    odd_delta = [({"type": "text", "text": ""}, [{"type": "odd_delta", "x": 1}])]
    odd_block = [({"type": "odd_block", "x": 1}, [])]
    return {
        "text": sse(plain),
        "odd-text": sse(events(text("x", ODD, "y"))),
        "crlf": sse(plain, "\r\n"),
        "call": sse(events(call("", '{"a"', ': "東', '"}'), "tool_use")),
        "call-empty": sse(events(call(), "tool_use")),
        "call-blank": sse(events(call(""), "tool_use")),
        "call-broken": sse(events(call('{"a": [1, 2'), "tool_use")),
        "call-odd": sse(events(call('{"a": nope}'), "tool_use")),
        "text-and-calls": sse(events([*text("a"), *call('{"a":1}'), *call('{"b":2}')])),
        "thinking": sse(events([*thought(), *text("7")])),
        "redacted": sse(events([({"type": "redacted_thinking", "data": "x"}, []), *text("7")])),
        "max-tokens": sse(events(text("a"), "max_tokens")),
        "stop-odd": sse(events(text("a"), "odd_reason")),
        "odd-event": sse([*plain[:2], {"type": "odd_event", "x": 1}, *plain[2:]]),
        "odd-delta": sse(events(odd_delta)),
        "odd-block": sse(events(odd_block)),
        "error": sse([*plain[:4], error]),
        "no-stop": sse(plain[:-1]),
        "no-names": "".join(f"data: {json.dumps(each)}\n\n" for each in plain),
        "empty": "",
        "no-start": sse(plain[1:]),
        "citations": sse(events([({"type": "text", "text": "", "citations": []}, [
            {"type": "text_delta", "text": "a"},
            {"type": "citations_delta", "citation": {
                "type": "char_location", "cited_text": "a", "document_index": 0,
                "document_title": None, "start_char_index": 0, "end_char_index": 1}}])])),
    }  # fmt: skip


def _error(kind: str) -> Fields:
    return {"type": kind, "message": "no é"}


def plains() -> dict[str, Fields]:
    """Return the answers that are not streamed."""
    use = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1, None], "é": "東"}}
    said = {**HEAD, "stop_reason": "end_turn", "usage": COUNTS}
    one = {"type": "text", "text": "hi " + ODD}
    return {
        "text": {**said, "content": [one]},
        "call": {**said, "content": [one, use, use], "stop_reason": "tool_use"},
        "thinking": {**said, "content": [{"type": "thinking", "thinking": "a", "signature": "b"}]},
        "empty": {**said, "content": []},
        "null-content": {**said, "content": None},
        "odd-block": {**said, "content": [{"type": "odd_block", "x": 1}, one]},
        "stop-odd": {**said, "content": [one], "stop_reason": "odd_reason"},
        "no-usage": {key: value for key, value in {**said, "content": [one]}.items()
                     if key != "usage"},
        "usage-details": {**said, "content": [one], "usage": {
            **COUNTS, "cache_read_input_tokens": 3, "cache_creation_input_tokens": None,
            "odd_tokens": 1}},
        "unknown-fields": {**said, "content": [{**one, "odd": 1}], "odd": {"a": 1}},
    }  # fmt: skip


def requests() -> dict[str, Fields]:
    """Return requests of every shape."""
    tool = {"name": "f", "description": "Wéather", "input_schema": PARAMETERS}
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": "iVBORw0KGgo="}}  # fmt: skip
    use = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": "é"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "5"}
    kept = {"cache_control": {"type": "ephemeral"}}
    return {
        "system": {"system": "s é"},
        "system-parts": {"system": [{"type": "text", "text": "s", **kept}]},
        "tools": {"tools": [tool], "tool_choice": {"type": "any"}},
        "image": {"messages": [{"role": "user", "content": [image]}]},
        "history": {"messages": [*ASK["messages"], {"role": "assistant", "content": [use]},
                                 {"role": "user", "content": [result]}]},
        "sampling": {"temperature": 0.5, "top_k": 3, "top_p": 0.9, "stop_sequences": ["a"]},
        "thinking": {"thinking": {"type": "enabled", "budget_tokens": 32}},
        "metadata": {"metadata": {"user_id": "u"}},
        "prefill": {"messages": [*ASK["messages"], {"role": "assistant", "content": "Sure"}]},
        "odd-text": {"messages": [{"role": "user", "content": ODD + "\x00\\ 👩‍🚀"}]},
    }  # fmt: skip


def anthropic() -> list[Fields]:
    """Return all cases."""
    found: list[Fields] = []
    for name, body in streams().items():
        answer: Fields = {"status": 200, "headers": SSE, "framing": "chunked", "body": body}
        more: dict[str, Any] = {"answer": answer, "cuts": CUTS, "raises": True}
        found.append({"id": name, "request": {**ASK, "stream": True}, **more})
        more["cuts"] = FEW[:2]
        found.append({"id": f"helper-{name}", "call": "messages.stream", "request": ASK, **more})
    for name, fields in plains().items():
        found.append({"id": f"plain-{name}", "request": ASK, "answer": _answer(fields)})
    good = _answer(plains()["text"])
    for name, fields in requests().items():
        found.append({"id": f"asks-{name}", "request": {**ASK, **fields}, "answer": good})
    counted = {"call": "messages.count_tokens|beta.messages.count_tokens"}
    only = {"messages": ASK["messages"]}
    found.append({"id": "count", **counted, "request": only, "answer": _answer(COUNTS)})
    return [*found, *_refusals(good)]


def _answer(body: Fields, status: int = 200, **headers: str) -> Fields:
    return {"status": status, "headers": {**JSON, **headers}, "body": json.dumps(body)}


def _refusals(good: Fields) -> list[Fields]:
    kinds = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error",
             404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error",
             500: "api_error", 503: "odd_error", 529: "overloaded_error"}  # fmt: skip
    found: list[Fields] = []
    for status, kind in kinds.items():
        body = {"type": "error", "error": _error(kind)}
        told = _answer(body, status, **{"retry-after-ms": "5"})
        found.append({"id": f"status-{status}", "request": ASK, "answer": told, "raises": True})
        again = {"request": ASK, "answer": [told, good], "options": {"retries": 1}, "raises": True}
        found.append({"id": f"again-{status}", **again})
    return found
