"""The cases of Ollama's lines of JSON, and of its client's other methods."""

from __future__ import annotations

import json

from bot.suite.recipe.wires import CUTS, FEW, Fields
from bot.suite.recipe.wires_odd import MANY, ODD
from bot.suite.recipe.wires_other import PARAMETERS, TOOL, plain
from bot.suite.recipe.wires_typed import FUNCTIONS, TYPED, typed

NOON = "2026-11-01T12:00:00.000000Z"
LINES = {"Content-Type": "application/x-ndjson"}


def ollama() -> list[Fields]:
    """Return chats in Ollama's lines of JSON, and what else its client is used for."""
    ask: Fields = {"messages": [{"role": "user", "content": "é 東京"}]}
    streamed = {**ask, "stream": True}
    call = {"function": {"name": "f", "arguments": {"a": "東", "b": [1, None]}}}
    last = {"done": True, "done_reason": "stop", "total_duration": 9, "load_duration": 1,
            "prompt_eval_count": 7, "prompt_eval_duration": 2, "eval_count": 5,
            "eval_duration": 3}  # fmt: skip
    said = [{"content": part} for part in MANY]
    odd = [{"content": part} for part in ("x", ODD, "y")]
    bodies: dict[str, tuple[list[Fields], Fields]] = {
        "text": (said, last),
        "odd-text": (odd, last),
        "thinking": ([{"content": "", "thinking": "so"}, *said], last),
        "call": ([{"content": "", "tool_calls": [call]}], last),
        "calls": ([{"content": "a", "tool_calls": [call, call]}, {"tool_calls": [call]}], last),
        "call-text-arguments": (
            [{"tool_calls": [{"function": {"name": "f", "arguments": '{"a":1}'}}]}],
            last,
        ),
        "call-id": ([{"tool_calls": [{"id": "c", "type": "function", **call}]}], last),
        "null-content": ([{"content": None}, *said], last),
        "no-role": ([{"role": None, "content": "x"}], last),
        "length": (said, {**last, "done_reason": "length"}),
        "no-counts": (said, {"done": True}),
        "unknown-fields": ([{"content": "x", "odd": 1}], {**last, "odd": {"a": 1}}),
        "images": ([{"content": "x", "images": ["iVBORw0KGgo="]}], last),
        "logprobs": (said, {**last, "logprobs": [{"token": "a", "logprob": -0.5}]}),
    }
    found: list[Fields] = []
    for name, (messages, end) in bodies.items():
        head = {"model": "m", "created_at": NOON}
        events = [{**head, "message": {"role": "assistant", **each}, "done": False}
                  for each in messages]  # fmt: skip
        events.append({**head, "message": {"role": "assistant", "content": ""}, **end})
        body = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in events)
        answer = {"status": 200, "headers": LINES, "framing": "chunked", "body": body}
        found.append({"id": name, "request": streamed, "answer": answer, "cuts": CUTS})
        at_once = plain({**head, "message": {"role": "assistant", **messages[0]}, **end})
        found.append({"id": f"plain-{name}", "request": ask, "answer": at_once})
    return [*found, *_ollama_errors(ask, streamed), *_ollama_requests(), *_ollama_calls()]


def _ollama_errors(ask: Fields, streamed: Fields) -> list[Fields]:
    broken = {"error": "slot lost é"}
    line = {"model": "m", "created_at": NOON, "message": {"role": "assistant", "content": "x"},
            "done": False}  # fmt: skip
    told = json.dumps(line) + "\n"
    bodies = {
        "error-line": told + json.dumps(broken) + "\n",
        "no-end": told,
        "no-json": told + "{nope\n",
        "blank-lines": "\n" + told.replace("\n", "\n\n"),
        "crlf": told.replace("\n", "\r\n"),
        "no-newline": told[:-1],
    }
    found = [
        {"id": name, "request": streamed, "cuts": FEW[:2], "raises": True,
         "answer": {"status": 200, "headers": LINES, "framing": "chunked", "body": body}}
        for name, body in bodies.items()
    ]  # fmt: skip
    for status in (400, 404, 429, 500, 503):
        answer = plain(broken, status=status)
        found.append({"id": f"status-{status}", "request": ask, "answer": answer, "raises": True})
        found.append({"id": f"streamed-{status}", "request": streamed, "answer": answer,
                      "raises": True})  # fmt: skip
    text = {"status": 500, "headers": {}, "body": "busy"}
    return [*found, {"id": "error-text", "request": ask, "answer": text, "raises": True}]


def _ollama_requests() -> list[Fields]:
    user = {"role": "user", "content": "x"}
    call = {"id": "c1", "function": {"name": "f", "arguments": {"a": "é"}}}
    image = "iVBORw0KGgo="
    bodies: dict[str, Fields] = {
        "tools": {"tools": [TOOL]},
        "tools-nested": {"tools": [_nested()]},
        "developer": {"messages": [{"role": "developer", "content": "s"}, user]},
        "history": {"messages": [
            user, {"role": "assistant", "content": "", "tool_calls": [call], "thinking": "so"},
            {"role": "tool", "content": "r", "name": "f", "tool_name": "f", "tool_call_id": "c1"},
            user]},
        "images": {"messages": [{**user, "images": [image]}]},
        "format-json": {"format": "json"},
        "format-schema": {"format": PARAMETERS},
        "options": {"options": {"temperature": 0, "num_ctx": 64, "stop": ["a"], "odd": 1}},
        "keep-alive": {"keep_alive": -1},
        "think": {"think": True},
        "think-low": {"think": "low"},
        "no-content": {"messages": [{"role": "user"}]},
        "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        "empty": {"messages": []},
        "extra-field": {"messages": [{**user, "odd": 1}]},
    }  # fmt: skip
    done = {"model": "m", "created_at": NOON, "done": True, "message": {"role": "assistant",
            "content": "ok"}}  # fmt: skip
    return [
        {"id": f"asks-{name}", "request": {"messages": [user], **body}, "answer": plain(done),
         "raises": True}
        for name, body in bodies.items()
    ]  # fmt: skip


def _nested() -> Fields:
    inner = {"type": "object", "properties": {"x": {"type": "number", "minimum": 0}},
             "required": ["x"]}  # fmt: skip
    properties = {"list": {"type": "array", "items": inner}, "either": {"oneOf": [inner]}}
    function = {"name": "g", "parameters": {"type": "object", "properties": properties}}
    return {"type": "function", "function": {**function, "strict": True}, "odd": 1}


def _ollama_calls() -> list[Fields]:
    head = {"model": "m", "created_at": NOON}
    end = {**head, "response": "", "done": True, "done_reason": "stop", "context": [1, 2]}
    lines = [{**head, "response": part, "done": False} for part in MANY]
    body = "".join(json.dumps(each) + "\n" for each in [*lines, end])
    stream = {"status": 200, "headers": LINES, "framing": "chunked", "body": body}
    model = {"name": "m:latest", "model": "m:latest", "modified_at": NOON, "size": 9,
             "digest": "d", "details": {"family": "llama", "families": None}}  # fmt: skip
    show = {"modelfile": "FROM m", "template": "{{ .Prompt }}", "details": {"family": "llama"},
            "model_info": {"a.b": 1}, "capabilities": ["tools"], "modified_at": NOON}  # fmt: skip
    steps = '{"status":"pulling"}\n{"status":"a","digest":"d","total":9,"completed":4}\n'
    pulled = {"status": 200, "headers": LINES, "body": steps + '{"status":"success"}\n'}
    asked: tuple[tuple[str, str, Fields, Fields], ...] = (
        ("generate", "generate", {"prompt": "é"}, plain({**end, "response": "ok"})),
        ("generate-raw", "generate", {"prompt": "é", "suffix": "b", "raw": True, "context": [1]},
         plain({**end, "response": "ok", "thinking": "so"})),
        ("generate-stream", "generate", {"prompt": "é", "stream": True}, stream),
        ("embed", "embed", {"input": ["a", "é"]}, plain({"model": "m", "embeddings": [[0.5, 1]],
                                                        "prompt_eval_count": 2})),
        ("embeddings", "embeddings", {"prompt": "a"}, plain({"embedding": [0.5, 1]})),
        ("list", "list", {}, plain({"models": [model]})),
        ("ps", "ps", {}, plain({"models": [{**model, "size_vram": 1, "expires_at": NOON}]})),
        ("show", "show", {}, plain(show)),
        ("pull", "pull", {}, plain({"status": "success"})),
        ("pull-stream", "pull", {"stream": True}, pulled),
        ("create", "create", {"from_": "base", "system": "s"}, plain({"status": "success"})),
        ("create-modelfile", "create", {"modelfile": "FROM base"}, plain({"status": "success"})),
        ("copy", "copy", {"source": "a", "destination": "b"}, plain({})),
        ("delete", "delete", {}, plain({})),
    )  # fmt: skip
    return [
        {"id": name, "call": path, "request": request, "answer": answer, "raises": True}
        for name, path, request, answer in asked
    ]


def schemas_ollama() -> list[Fields]:
    """Return the same types for Ollama's client, which makes tools of functions by itself."""
    said = {"role": "assistant", "content": "ok"}
    done = {"model": "m", "created_at": NOON, "done": True, "message": said}
    told = {"answer": plain(done), "raises": True}
    kinds = [(name, "answer" if name in TYPED else "function") for name in {**TYPED, **FUNCTIONS}]
    return [{**typed(f"{kind}-{name}", name, kind), **told} for name, kind in kinds]
