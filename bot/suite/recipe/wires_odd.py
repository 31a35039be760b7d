"""The cases of chats in OpenAI's form: proper ones written in odd ways, odd ones, and errors."""

from __future__ import annotations

import base64
import json
from typing import Any

from bot.suite.recipe.wires import (
    ASK,
    COUNTS,
    JSON,
    Fields,
    calls,
    case,
    chunk,
    lines,
    piece,
    sse,
    texts,
    whole,
)

ODD = "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001eh\ufeffi\u00a0j"
MANY = ("H\u00e9", "llo \u6771\u4eac ", "\U0001f468\u200d\U0001f469\u200d\U0001f467", " e\u0301.")


def proper() -> list[Fields]:
    """Return streams that the standards allow: every client makes the same of them."""
    said, plain = texts(*MANY), texts("one", " two\n", "\nthree")
    odd = texts("x", ODD, "y")
    one = calls(piece(0, "f", ""), piece(0, None, '{"a": '), piece(0, None, '"\u6771"}'))
    two = calls(
        piece(0, "f", ""), piece(0, None, '{"a":1}'), piece(1, "g", ""), piece(1, None, '{"b":2}')
    )
    mixed = calls(piece(0, "f", '{"a":'), piece(1, "g", '{"b":'), piece(0, None, "1}"),
                  piece(1, None, "2}"))  # fmt: skip
    kinds = {
        "many-bytes": (said, sse(said)),
        "escaped": (
            said,
            "".join(f"data: {each}\n\n" for each in lines(said, ascii_only=True))
            + "data: [DONE]\n\n",
        ),
        "line-separators": (odd, sse(odd)),
        "ends-crlf": (plain, sse(plain, "\r\n")),
        "ends-cr": (plain, sse(plain, "\r")),
        "no-space": (plain, sse(plain, head="data:")),
        "comments": (plain, ": hi\n\n" + sse(plain).replace("\n\n", "\n\n: still here\n\n")),
        "blank-lines": (plain, "\n\n" + sse(plain).replace("\n\n", "\n\n\n\n")),
        "other-fields": (plain, sse(plain, head="id: 7\nretry: 10\ndata: ")),
        "byte-order-mark": (plain, "\ufeff" + sse(plain)),
        "data-in-lines": (plain, sse(plain).replace('"choices"', '\ndata: "choices"')),
        "call-in-pieces": (one, sse(one)),
        "two-calls": (two, sse(two)),
        "calls-interleaved": (mixed, sse(mixed)),
        "call-at-once": (at := calls(piece(0, "f", '{"a": 1}')), sse(at)),
        "long-line": (long := texts("x" * 70000, "y"), sse(long)),
        "length": (cut := [*texts("a")[:2], chunk({}, "length")], sse(cut)),
        "reasoning": (
            deep := [chunk({"role": "assistant", "reasoning_content": "so"}), *texts("7")[1:]],
            sse(deep),
        ),
    }
    found = [case(name, body, whole(events)) for name, (events, body) in kinds.items()]
    for each in found:
        if each["id"] == "long-line":
            each["cuts"] = ["whole", 4096]
    zipped = case("gzip", sse(plain), whole(plain), answer={"gzip": True})
    closed = case("until-closed", sse(plain), whole(plain), answer={"framing": "close"})
    return [*found, zipped, {**closed, "cuts": ["whole", 7]}]


def odd() -> list[Fields]:
    """Return what servers really send though no standard asks for it."""
    plain = texts("one", " two")
    call = calls(piece(0, "f", ""), piece(0, None, "{}"))
    error = {"error": {"message": "slot lost", "type": "server_error", "code": 500}}
    bodies: dict[str, str] = {
        "no-done": sse(plain, done=False),
        "cut-in-event": sse(plain, done=False)[:-30],
        "no-last-blank": sse(plain)[:-1],
        "after-done": sse(plain) + sse(texts("late")),
        "done-with-space": sse(plain, done=False) + "data: [DONE] \n\n",
        "event-names": sse(plain, head="event: message\ndata: "),
        "event-other": sse(plain, head="event: completion\ndata: "),
        "event-thread": sse(plain, head="event: thread.message.delta\ndata: "),
        "error-event": sse(plain[:2], done=False) + f"event: error\ndata: {json.dumps(error)}\n\n",
        "error-data": sse(plain[:2], done=False) + f"data: {json.dumps(error)}\n\n",
        "error-field": sse(plain[:2], done=False) + f"error: {json.dumps(error['error'])}\n\n",
        "no-json": sse(plain[:2], done=False) + "data: {nope\n\n" + sse(plain[2:]),
        "empty-data": sse(plain[:2], done=False) + "data:\n\ndata: \n\n" + sse(plain[2:]),
        "space-twice": sse(plain, head="data:  "),
        "space-before": sse(plain, head=" data: "),
        "plain-lines": "\n".join(lines(plain)) + "\n",
        "empty": "",
        "only-done": "data: [DONE]\n\n",
        "no-choices": sse([{k: v for k, v in each.items() if k != "choices"} for each in plain]),
        "null-choices": sse([{**each, "choices": None} for each in plain]),
        "empty-choices": sse([{**plain[0], "choices": []}, *plain]),
        "two-choices": sse(
            [
                {**e, "choices": [{**c, "index": n} for c in e["choices"] for n in (0, 1)]}
                for e in plain
            ]
        ),
        "null-delta": sse([chunk(None), *plain]),  # type: ignore[arg-type]
        "null-content": sse([chunk({"content": None}), *plain]),
        "number-content": sse([chunk({"content": 5}), *plain]),
        "parts-content": sse([chunk({"content": [{"type": "text", "text": "p"}]}), *plain]),
        "no-role": sse(plain[1:]),
        "role-each": sse([chunk({"role": "assistant", "content": x}) for x in "ab"] + plain[-2:]),
        "role-empty": sse([chunk({"role": "", "content": "x"}), *plain]),
        "no-index": sse(_without(call, "index")),
        "no-type": sse(_without(call, "type")),
        "no-id": sse(_without(call, "id")),
        "id-each": sse(
            calls(
                {**piece(0, "f", "{"), "id": "call_0"},
                {**piece(0, None, "}"), "id": "call_0", "type": "function"},
            )
        ),
        "id-empty": sse(calls(piece(0, "f", "{"), {**piece(0, None, "}"), "id": ""})),
        "name-late": sse(
            calls(
                {**piece(0, None, "{"), "id": "c"},
                piece(0, None, "}"),
                {"index": 0, "function": {"name": "f"}},
            )
        ),
        "name-twice": sse(calls(piece(0, "f", "{"), piece(0, "f", "}"))),
        "name-null": sse(
            calls(piece(0, "f", "{"), {"index": 0, "function": {"name": None, "arguments": "}"}})
        ),
        "arguments-empty": sse(calls(piece(0, "f", ""))),
        "arguments-null": sse(
            calls({**piece(0, "f"), "function": {"name": "f", "arguments": None}})
        ),
        "arguments-object": sse(
            calls({**piece(0, "f"), "function": {"name": "f", "arguments": {"a": 1}}})
        ),
        "arguments-broken": sse(calls(piece(0, "f", '{"a": 1'))),
        "index-jumps": sse(calls(piece(3, "f", "{}"))),
        "index-text": sse(calls({**piece(0, "f", "{}"), "index": "0"})),
        "function-call": sse(
            [chunk({"function_call": {"name": "f", "arguments": "{}"}}), chunk({}, "function_call")]
        ),
        "call-stop": sse(calls(piece(0, "f", "{}"), finish="stop")),
        "finish-odd": sse([*plain[:2], chunk({}, "eos")]),
        "finish-empty": sse([*plain[:2], chunk({}, "")]),
        "finish-filter": sse([*plain[:2], chunk({}, "content_filter")]),
        "no-finish": sse(plain[:2]),
        "finish-with-text": sse([plain[0], chunk({"content": "all"}, "stop")]),
        "refusal": sse([plain[0], chunk({"refusal": "no"}), chunk({}, "stop")]),
        "reasoning-field": sse([plain[0], chunk({"reasoning": "so"}), *plain[1:]]),
        "reasoning-details": sse(
            [plain[0], chunk({"reasoning_details": [{"text": "so"}]}), *plain[1:]]
        ),
        "think-tags": sse(texts("<think>", "so", "</think>", "7")),
        "logprobs": sse([plain[0], _logprob("one"), *plain[2:]]),
        "logprobs-nan": sse([plain[0], _logprob("one", float("nan")), *plain[2:]]),
        "usage-each": sse([{**each, "usage": COUNTS} for each in plain]),
        "usage-null": sse([{**each, "usage": None} for each in plain]),
        "usage-in-last": sse([*plain[:-2], {**plain[-2], "usage": COUNTS}]),
        "usage-details": sse([*plain[:-1], {**plain[-1], "usage": _details()}]),
        "usage-floats": sse([*plain[:-1], {**plain[-1], "usage": dict.fromkeys(COUNTS, 1.5)}]),
        "usage-zero": sse([*plain[:-1], {**plain[-1], "usage": dict.fromkeys(COUNTS, 0)}]),
        "unknown-fields": sse([{**each, "x": {"y": 1}, "timings": {"z": 2}} for each in plain]),
        "no-model": sse([{"choices": each["choices"]} for each in plain]),
        "array-event": f"data: {json.dumps(plain)}\n\ndata: [DONE]\n\n",
    }
    found = [{**case(name, body), "cuts": ["whole", 5]} for name, body in bodies.items()]
    broken = sse(plain).encode().replace(b"two", b"t\xff\xe4wo")
    told = [
        *found,
        case("bytes-odd", {"base64": base64.b64encode(broken).decode()}),
        case("short", sse(plain, done=False), answer={"end": "short"}),
        {**case("no-kind", sse(plain), answer={"headers": {}})},
        {**case("kind-json", sse(plain), answer={"headers": JSON})},
        {**case("kind-charset", sse(plain), answer={"headers": {"Content-Type": LATIN}})},
        *_plain(),
    ]
    return [{**each, "raises": True} for each in told]


LATIN = "text/event-stream; charset=latin-1"


def _without(events: list[Fields], name: str) -> list[Fields]:
    told: list[Fields] = json.loads(json.dumps(events))
    for event in told:
        for choice in event["choices"]:
            for call in choice["delta"].get("tool_calls", ()):
                call.pop(name, None)
    return told


def _logprob(text: str, value: float = -0.5) -> Fields:
    told = {"token": text, "logprob": value, "bytes": list(text.encode()), "top_logprobs": []}
    event = chunk({"content": text})
    event["choices"][0]["logprobs"] = {"content": [told]}
    return event


def _details() -> Fields:
    return {
        **COUNTS,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2, "odd_tokens": 1},
    }


def _completion(message: Fields, finish: str | None = "stop", **more: Any) -> Fields:  # noqa: ANN401
    choice = {"index": 0, "message": message, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**head, "choices": [choice], "usage": COUNTS, **more}


def _plain() -> list[Fields]:
    """Return answers that are not streamed."""
    said: Fields = {"role": "assistant", "content": "hi " + ODD}
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    bodies: dict[str, Fields] = {
        "odd-text": _completion(said),
        "null-content": _completion({**said, "content": None}),
        "no-content": _completion({"role": "assistant"}),
        "parts": _completion({**said, "content": [{"type": "text", "text": "p"}]}),
        "reasoning": _completion({**said, "reasoning_content": "so"}),
        "reasoning-field": _completion({**said, "reasoning": "so"}),
        "refusal": _completion({**said, "content": None, "refusal": "no"}),
        "call": _completion({**said, "content": None, "tool_calls": [call]}, "tool_calls"),
        "call-text": _completion({**said, "tool_calls": [call, {**call, "id": "d"}]}, "tool_calls"),
        "call-object": _completion(
            {**said, "tool_calls": [{**call, "function": {"name": "f", "arguments": {"a": 1}}}]}),
        "call-broken": _completion(
            {**said, "tool_calls": [{**call, "function": {"name": "f", "arguments": '{"a"'}}]}),
        "calls-null": _completion({**said, "tool_calls": None}),
        "calls-empty": _completion({**said, "tool_calls": []}),
        "call-no-id": _completion({**said, "tool_calls": [{"function": call["function"]}]}),
        "custom-call": _completion({**said, "tool_calls": [
            {"id": "c", "type": "custom", "custom": {"name": "f", "input": "x"}}]}),
        "function-call": _completion({**said, "function_call": call["function"]}, "function_call"),
        "no-choices": _completion(said, choices=[]),
        "null-choices": _completion(said, choices=None),
        "no-usage": _completion(said, usage=None),
        "usage-details": _completion(said, usage=_details()),
        "finish-null": _completion(said, None),
        "finish-odd": _completion(said, "eos"),
        "nan": _completion({**said, "score": float("nan")}),
        "error-200": {"error": {"message": "no such model", "code": 404}},
        "list": [_completion(said)],  # type: ignore[dict-item]
    }  # fmt: skip
    found = [
        {"id": f"plain-{name}", "request": ASK, "answer": _answer(json.dumps(body))}
        for name, body in bodies.items()
    ]
    text = json.dumps(_completion(said), ensure_ascii=False)
    others = {
        "gzip": _answer(text, gzip=True),
        "chunked": _answer(text, framing="chunked"),
        "bom": _answer("\ufeff" + text),
        "html": _answer("<html>busy</html>", headers={"Content-Type": "text/html"}),
        "text-kind": _answer(text, headers={"Content-Type": "text/plain"}),
        "empty": _answer(""),
        "short": _answer(text, end="short"),
        "moved": [_answer("", status=307, headers={"Location": "{url}/v1/there"}), _answer(text)],
        "moved-302": [_answer("", status=302, headers={"Location": "{url}/v1/x"}), _answer(text)],
    }
    return found + [
        {"id": f"plain-{name}", "request": ASK, "answer": answer, "cuts": ["whole", 7]}
        for name, answer in others.items()
    ]


def _answer(body: str, **more: Any) -> Fields:  # noqa: ANN401
    return {"status": 200, "headers": JSON, "body": body, **more}


def errors() -> list[Fields]:
    """Return refusals, and how often a client asks again."""
    told = {"error": {"message": "no", "type": "bad", "param": None, "code": "odd"}}
    good = _answer(json.dumps(_completion({"role": "assistant", "content": "at last"})))
    found: list[Fields] = []
    for status in (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 501, 502, 503, 504, 529):
        answer = _answer(json.dumps(told), status=status)
        found.append({"id": f"status-{status}", "request": ASK, "answer": answer})
    soon = {**JSON, "Retry-After": "0", "retry-after-ms": "5"}
    for status in (400, 401, 408, 409, 429, 500, 503):
        answer = _answer(json.dumps(told), status=status, headers=soon)
        again = {"request": ASK, "answer": [answer, answer, good], "options": {"retries": 2}}
        found.append({"id": f"again-{status}", **again})
    bodies = {
        "string": '{"error": "no such slot"}',
        "detail": '{"detail": [{"loc": ["body"], "msg": "field required"}]}',
        "message": '{"object": "error", "message": "too long", "code": 400}',
        "text": "Internal Server Error",
        "empty": "",
        "html": "<html>502</html>",
        "list": '[{"error": {"message": "no"}}]',
        "null": "null",
    }
    for name, body in bodies.items():
        answer = _answer(body, status=400)
        found.append({"id": f"body-{name}", "request": ASK, "answer": answer})
    refused = _answer(json.dumps(told), status=400)
    found.append({"id": "stream-400", "request": {**ASK, "stream": True}, "answer": refused})
    slow = {"answer": {**good, "wait": 1.5}, "options": {"timeout": 0.3}}
    found.append({"id": "timeout", "request": ASK, **slow})
    never = {"status": 500, "headers": {**soon, "x-should-retry": "false"}, "body": "{}"}
    found.append({"id": "never-again", "request": ASK, "answer": never, "options": {"retries": 2}})
    always = {"status": 400, "headers": {**soon, "x-should-retry": "true"}, "body": "{}"}
    again = {"answer": [always, good], "options": {"retries": 2}}
    found.append({"id": "always-again", "request": ASK, **again})
    return [{**each, "raises": True} for each in found]
