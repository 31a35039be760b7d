"""What the cases of replayed answers are made of; `wires_all` makes and writes all of them.

A stream is written by the words of its specification (server-sent events as in the HTML standard,
chunks as in the API reference of chat completions), and its golden is put together here, from the
deltas themselves: no client has a say in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.suite.recipe.data import SUITE
from bot.suite.recipe.streams import RECORDED

Fields = dict[str, Any]
STREAMS = SUITE / "streams"
CUTS = ["whole", "every", 7, {"random": 1}, {"random": 2}]
FEW = ["whole", 7, {"random": 1}]
ASK: Fields = {"messages": [{"role": "user", "content": "Grüße, 東京!"}], "temperature": 0}
STREAM: Fields = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
SSE = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}
COUNTS: Fields = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
COMMENT = {"compare": "json", "authority": "implied"}
LOOKS: dict[str, Fields] = {
    "request": {**COMMENT, "because": "the same call should put the same body on the wire"},
    "stream": {**COMMENT, "because": "the same bytes should be the same events"},
    "message": {
        "compare": "json",
        "because": "https://platform.openai.com/docs/api-reference/chat-streaming",
    },
    "usage": {**COMMENT, "because": "the counts that were sent"},
}


def chunk(delta: Fields, finish: str | None = None, **more: object) -> Fields:
    """Return one chunk of a streamed chat."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**head, "choices": [choice], **more}


def texts(*parts: str) -> list[Fields]:
    """Return the chunks of a plain answer."""
    first = chunk({"role": "assistant", "content": ""})
    said = [chunk({"content": part}) for part in parts]
    return [first, *said, chunk({}, "stop"), {**chunk({}), "choices": [], "usage": COUNTS}]


def calls(*parts: Fields, finish: str = "tool_calls") -> list[Fields]:
    """Return the chunks of an answer that calls tools piece by piece."""
    first = chunk({"role": "assistant", "content": None})
    return [first, *(chunk({"tool_calls": [part]}) for part in parts), chunk({}, finish)]


def piece(at: int, name: str | None = None, arguments: str | None = None) -> Fields:
    """Return one piece of a tool call; the first of a call has its name and its id."""
    function = {"name": name, "arguments": arguments}
    told: Fields = {"index": at, "function": {k: v for k, v in function.items() if v is not None}}
    return {**told, "id": f"call_{at}", "type": "function"} if name else told


def lines(events: Iterable[Fields], *, ascii_only: bool = False) -> list[str]:
    """Return the JSON of each event."""
    return [json.dumps(event, ensure_ascii=ascii_only) for event in events]


def sse(
    events: Iterable[Fields], end: str = "\n", head: str = "data: ", *, done: bool = True
) -> str:
    """Write events as a stream of server-sent events."""
    told = [*lines(events), *(["[DONE]"] if done else [])]
    return "".join(f"{head}{each}{end}{end}" for each in told)


def whole(events: Sequence[Fields]) -> Fields:
    """Put a stream together by its deltas: the golden."""
    said: Fields = {"role": None, "content": None}
    made: dict[int, Fields] = {}
    finish = None
    for choice in (choice for event in events for choice in event.get("choices", ())):
        delta, finish = choice["delta"], choice["finish_reason"] or finish
        said["role"] = delta.get("role") or said["role"]
        if delta.get("content") is not None:
            said["content"] = (said["content"] or "") + delta["content"]
        if delta.get("reasoning_content") is not None:
            said["reasoning"] = said.get("reasoning", "") + delta["reasoning_content"]
        for call in delta.get("tool_calls") or ():
            kept = made.setdefault(call["index"], {"name": None, "arguments": ""})
            kept["name"] = call["function"].get("name") or kept["name"]
            kept["arguments"] += call["function"].get("arguments") or ""
    if made:
        said["tool_calls"] = [
            {**made[at], "arguments": json.loads(made[at]["arguments"])} for at in sorted(made)
        ]
    return {**said, "finish_reason": finish}


def case(name: str, body: object, golden: Fields | None = None, **more: Any) -> Fields:  # noqa: ANN401
    """Return a case: a streamed answer in many cuts, held against `golden` where there is one."""
    answer: Fields = {"status": 200, "headers": SSE, "framing": "chunked", "body": body}
    answer.update(more.pop("answer", {}))
    told: Fields = {"id": name, "request": STREAM, "answer": answer, "cuts": CUTS, **more}
    return {**told, "links": held(golden)} if golden else told


def held(golden: Fields) -> Fields:
    """Return the looks of a case, its message held against `golden`."""
    message = {**LOOKS["message"], "compare": "message", "absolute": True, "golden": golden}
    return {**LOOKS, "message": message}


def events_of(body: str) -> list[Fields]:
    """Read a recorded stream, which llama.cpp writes one event a line."""
    data = [line[6:] for line in body.split("\n") if line.startswith("data: ")]
    return [json.loads(each) for each in data if each != "[DONE]"]


def recorded() -> list[Fields]:
    """Return the recorded answers as cases."""
    found = []
    for each in json.loads(RECORDED.read_text(encoding="utf-8")):
        body, streamed = each["answer"]["body"], "stream" in each["request"]
        if streamed:
            golden = whole(events_of(body))
        else:
            choice = json.loads(body)["choices"][0]
            delta = {**choice["message"]}
            for at, call in enumerate(delta.get("tool_calls", ())):
                call["index"] = at
            golden = whole([chunk(delta, choice["finish_reason"])])
        found.append({**each, "cuts": FEW if streamed else ["whole"], "links": held(golden)})
    return found


def told(cases: list[Fields]) -> list[Fields]:
    """Return cases in which an error is an answer like any other."""
    return [{**each, "raises": True} for each in cases]


def write(name: str, cases: list[Fields]) -> None:
    """Write a file of cases."""
    text = json.dumps(cases, ensure_ascii=True, indent=1) + "\n"
    (STREAMS / f"{name}.json").write_text(text, encoding="utf-8")
