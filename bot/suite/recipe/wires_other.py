"""The cases of other methods of a client, and of other forms of a chat request.

Every body here was written by hand, from the reference of OpenAI's API.
"""

from __future__ import annotations

import json
from typing import Any

from bot.suite.recipe.streams import RECORDED
from bot.suite.recipe.wires import COUNTS, FEW, JSON, SSE, STREAM, Fields, sse, texts
from bot.suite.recipe.wires_odd import MANY, ODD

PARAMETERS: Fields = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Näme", "enum": ["Paris", "東京"]},
        "days": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        "unit": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "where": {"$ref": "#/$defs/Where"},
        "kinds": {"type": ["string", "null"], "pattern": "^a.*$"},
    },
    "required": ["city"],
    "additionalProperties": False,
    "$defs": {"Where": {"type": "object", "properties": {"x": {"type": "number"}}}},
}
TOOL: Fields = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Wéather", "parameters": PARAMETERS},
}


def plain(body: object, **more: Any) -> Fields:  # noqa: ANN401
    """Return an answer that is one JSON body."""
    return {"status": 200, "headers": JSON, "body": json.dumps(body), **more}


def chat(content: str = "ok") -> Fields:
    """Return a chat completion that says `content`."""
    said = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    head = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    return {**head, "choices": [choice], "usage": COUNTS}


def requests() -> list[Fields]:
    """Return chat requests of every shape, all with the same plain answer."""
    user = {"role": "user", "content": "x"}
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":"é"}'}}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    schema = {"name": "s", "schema": PARAMETERS, "strict": True}
    bodies: dict[str, Fields] = {
        "plain": {},
        "odd-text": {"messages": [{"role": "user", "content": ODD + '\\ " \n\t\x00\x7f 👩‍🚀'}]},
        "lone-surrogate": {"messages": [{"role": "user", "content": "a\ud83db"}]},
        "empty-text": {"messages": [{"role": "user", "content": ""}]},
        "no-messages": {"messages": []},
        "system": {"messages": [{"role": "system", "content": "s"}, user]},
        "developer": {"messages": [{"role": "developer", "content": "s"}, user]},
        "parts": {
            "messages": [{"role": "user", "content": [{"type": "text", "text": "é"}, image]}]
        },
        "named": {"messages": [{**user, "name": "bob"}]},
        "history": {
            "messages": [
                user,
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "name": "f", "content": "5"},
                {"role": "assistant", "content": "5", "reasoning_content": "so"},
                user,
            ]
        },
        "assistant-last": {"messages": [user, {"role": "assistant", "content": "Sure"}]},
        "tools": {"tools": [TOOL], "tool_choice": "auto"},
        "tool-forced": {
            "tools": [TOOL],
            "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
            "parallel_tool_calls": False,
        },
        "tools-empty": {"tools": []},
        "json-object": {"response_format": {"type": "json_object"}},
        "json-schema": {"response_format": {"type": "json_schema", "json_schema": schema}},
        "sampling": {"temperature": 0.1, "top_p": 1, "seed": 7, "stop": ["a", "\n"], "n": 2},
        "stop-text": {"stop": "é"},
        "nothing": {"stop": None, "temperature": None},
        "logprobs": {"logprobs": True, "top_logprobs": 3, "logit_bias": {"5": -100}},
        "max-tokens": {"max_tokens": 5},
        "max-completion-tokens": {"max_completion_tokens": 5},
        "effort": {"reasoning_effort": "low"},
        "metadata": {"metadata": {"a": "b"}, "user": "é", "store": False},
        "stream": {"stream": True},
        "stream-usage": {"stream": True, "stream_options": {"include_usage": True}},
        "big": {"messages": [{"role": "user", "content": "é" * 2000}]},
    }
    good, streamed = plain(chat()), {"status": 200, "headers": SSE, "body": sse(texts("ok"))}
    cases = [
        {"id": name, "request": {"messages": [user], **body},
         "answer": streamed if body.get("stream") else good}
        for name, body in bodies.items()
    ]  # fmt: skip
    nan = {"messages": [user], "temperature": {"$": "nan"}}
    cases.append({"id": "nan", "request": nan, "answer": good, "raises": True})
    query = {"options": {"query": {"api-version": "1", "ü": "a b"}}}
    return [*cases, {"id": "query", "request": {"messages": [user]}, "answer": good, **query}]


def calls() -> list[Fields]:
    """Return what else the client of OpenAI's API is used for with a local engine."""
    vector = {"object": "embedding", "index": 0, "embedding": [0.5, -1.25]}
    vectors = {"object": "list", "model": "m", "data": [vector], "usage": COUNTS}
    packed = {**vectors, "data": [{**vector, "embedding": "AAAAPwAAoL8="}]}
    text = {"index": 0, "text": "ok é", "finish_reason": "stop", "logprobs": None}
    completion = {"id": "c", "object": "text_completion", "created": 1, "model": "m",
                  "choices": [text], "usage": COUNTS}  # fmt: skip
    model = {"id": "m", "object": "model", "created": 1, "owned_by": "me"}
    many = sse([completion, {**completion, "choices": [{**text, "text": " more"}]}])
    helper = {"call": "chat.completions.stream|beta.chat.completions.stream"}
    asked = {key: STREAM[key] for key in ("messages", "temperature", "stream_options")}
    streamed = {"status": 200, "headers": SSE, "framing": "chunked", "body": sse(texts(*MANY))}
    called = json.loads(RECORDED.read_text(encoding="utf-8"))
    helped = [
        {"id": f"helper-{each['id']}", **helper, "answer": each["answer"], "cuts": FEW[:2],
         "request": {key: value for key, value in each["request"].items() if key != "stream"}}
        for each in called if "stream" in each["request"]
    ]  # fmt: skip
    return [
        _call("embeddings", "embeddings.create", {"input": "x"}, plain(vectors)),
        _call("embeddings-list", "embeddings.create", {"input": ["x", ""]}, plain(vectors)),
        _call("embeddings-ids", "embeddings.create", {"input": [[1, 2]]}, plain(vectors)),
        _call("embeddings-packed", "embeddings.create", {"input": "x"}, plain(packed)),
        _call("embeddings-float", "embeddings.create",
              {"input": "x", "encoding_format": "float"}, plain(vectors)),
        _call("embeddings-none", "embeddings.create", {"input": "x"},
              plain({**vectors, "data": []}), raises=True),
        _call("completion", "completions.create", {"prompt": "x é"}, plain(completion)),
        _call("completion-streamed", "completions.create", {"prompt": "x", "stream": True},
              {"status": 200, "headers": SSE, "framing": "chunked", "body": many}),
        _call("models", "models.list", None, plain({"object": "list", "data": [model]})),
        _call("models-bare", "models.list", None, plain({"data": [{"id": "m"}]})),
        _call("model", "models.retrieve", {"model": "a/b é"}, plain(model)),
        {"id": "helper", **helper, "request": asked, "answer": streamed, "cuts": FEW[:2]},
        *helped,
        *_responses(),
    ]  # fmt: skip


def _call(name: str, path: str, request: Fields | None, answer: Fields, **more: Any) -> Fields:  # noqa: ANN401
    body = {"request": request or {}, "bare": request is None}
    return {"id": name, "call": path, **body, "answer": answer, **more}


def _responses() -> list[Fields]:
    part = {"type": "output_text", "text": "hi é", "annotations": []}
    said = {"type": "message", "id": "m1", "role": "assistant", "status": "completed",
            "content": [part]}  # fmt: skip
    call = {"type": "function_call", "id": "f1", "call_id": "c1", "name": "f",
            "arguments": '{"a":1}', "status": "completed"}  # fmt: skip
    counts = {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12,
              "input_tokens_details": {"cached_tokens": 0},
              "output_tokens_details": {"reasoning_tokens": 0}}  # fmt: skip
    whole: Fields = {"id": "r1", "object": "response", "created_at": 1, "status": "completed",
                     "model": "m", "output": [said, call], "parallel_tool_calls": True,
                     "tool_choice": "auto", "tools": [], "usage": counts}  # fmt: skip
    where = {"item_id": "m1", "output_index": 0, "content_index": 0}
    events: list[Fields] = [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**said, "content": []}},
        {"type": "response.content_part.added", **where, "part": {**part, "text": ""}},
        {"type": "response.output_text.delta", **where, "delta": "hi "},
        {"type": "response.output_text.delta", **where, "delta": "é"},
        {"type": "response.output_text.done", **where, "text": "hi é"},
        {"type": "response.content_part.done", **where, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": said},
        {"type": "response.odd.event", "output_index": 0},
        {"type": "response.completed", "response": {**whole, "output": [said]}},
    ]
    told = [{**event, "sequence_number": at} for at, event in enumerate(events)]
    body = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in told)
    stream = {"status": 200, "headers": SSE, "framing": "chunked", "body": body}
    ask: Fields = {"input": "é"}
    odd = {"id": "r", "object": "response", "output": [{"type": "odd", "x": 1}, said]}
    tool = {"type": "function", "name": "f", "parameters": PARAMETERS, "strict": False}
    return [
        _call("responses", "responses.create", {**ask, "tools": [tool]}, plain(whole)),
        _call("responses-odd", "responses.create", ask, plain(odd)),
        _call("responses-streamed", "responses.create", {**ask, "stream": True}, stream,
              cuts=FEW[:2]),
        _call("responses-helper", "responses.stream", ask, stream, raises=True),
    ]  # fmt: skip
