"""A proxy that plants one fault each: what a new release of a server might do to its answers.

Each fault is a function of one request and its answer, named in `FAULTS` with the link where it
must show; `HARMLESS` are changes of the transport alone, which must not show at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.model import Link
from bot.effects.proxy import Answer, Asked, Proxy

CHAT = "/v1/chat/completions"
Body = dict[str, Any]
Change = Callable[[Asked, Answer], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is planted: a change of answers or of requests, and the links where it must show."""

    links: frozenset[Link]
    change: Change | None = None
    before: Callable[[Asked], Asked] | None = None
    stateful: Callable[[], Change] | None = None


@contextmanager
def mutant(upstream: str, fault: Fault) -> Iterator[str]:
    """Stand before `upstream` with one fault, and yield the address."""
    change = fault.stateful() if fault.stateful else fault.change
    with Proxy(upstream=upstream, before=fault.before, change=change).listening() as url:
        yield url


# --- tools ---------------------------------------------------------------------------------------


def is_stream(answer: Answer) -> bool:
    return answer.kind == "text/event-stream"


def plain(edit: Callable[[Body], object]) -> Change:
    """Edit the body of whole chat answers, in place."""

    def change(asked: Asked, answer: Answer) -> Answer:
        if asked.path != CHAT or is_stream(answer) or answer.status >= 400:
            return answer
        body = json.loads(answer.body)
        edit(body)
        return replace(answer, pieces=(json.dumps(body, ensure_ascii=False).encode(),))

    return change


def lines(edit: Callable[[list[bytes]], list[bytes]]) -> Change:
    """Edit the events of streamed answers, each as its bytes."""

    def change(asked: Asked, answer: Answer) -> Answer:
        if asked.path != CHAT or not is_stream(answer):
            return answer
        events = [event for event in answer.body.split(b"\n\n") if event]
        return replace(answer, pieces=tuple(event + b"\n\n" for event in edit(events)))

    return change


def streamed(edit: Callable[[list[Body]], list[Body]]) -> Change:
    """Edit the events of streamed answers, each as JSON; the end stays where it is."""

    def whole(events: list[bytes]) -> list[bytes]:
        ends = [event for event in events if event.endswith(b"[DONE]")]
        told = [json.loads(event[5:]) for event in events if not event.endswith(b"[DONE]")]
        made = [b"data: " + json.dumps(event, ensure_ascii=False).encode() for event in edit(told)]
        return made + ends

    return lines(whole)


def each(edit: Callable[[Body], object]) -> Change:
    """Edit each choice of each answer, streamed or not, in place."""

    def of_body(body: Body) -> None:
        for choice in body.get("choices", []):
            edit(choice)

    def of_events(events: list[Body]) -> list[Body]:
        for event in events:
            of_body(event)
        return events

    return both(plain(of_body), streamed(of_events))


def both(*changes: Change) -> Change:
    def change(asked: Asked, answer: Answer) -> Answer:
        for one in changes:
            answer = one(asked, answer)
        return answer

    return change


def deltas(events: list[Body]) -> Iterator[Body]:
    for event in events:
        for choice in event.get("choices", []):
            yield choice.get("delta") or {}


def calls(choice: Body) -> list[Body]:
    said = choice.get("message") or choice.get("delta") or {}
    return said.get("tool_calls") or []


def reversed_keys(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict):
        return {name: reversed_keys(value[name]) for name in reversed(value)}
    return [reversed_keys(one) for one in value] if isinstance(value, list) else value


# --- faults of plain answers ---------------------------------------------------------------------


def count_one_more(body: Body) -> None:
    if body.get("usage"):
        body["usage"]["completion_tokens"] += 1


def reorder_body(body: Body) -> None:
    turned = reversed_keys(body)
    body.clear()
    body.update(turned)


def reorder_arguments(choice: Body) -> None:
    for call in calls(choice) if "message" in choice else ():
        with suppress(ValueError):  # arguments that were cut short stay as they are
            told = json.loads(call["function"]["arguments"])
            call["function"]["arguments"] = json.dumps(reversed_keys(told))


def reorder_tools(asked: Asked) -> Asked:
    try:
        body = json.loads(asked.body)
    except ValueError:
        return asked
    if not isinstance(body, dict) or "tools" not in body:
        return asked
    return replace(asked, body=json.dumps({**body, "tools": reversed_keys(body["tools"])}).encode())


def null_content(choice: Body) -> None:
    if "message" in choice and choice["message"].get("content") == "":
        choice["message"]["content"] = None


def other_finish(choice: Body) -> None:
    if choice.get("finish_reason") == "stop":
        choice["finish_reason"] = "length"


def merge_reasoning(choice: Body) -> None:
    said = choice.get("message") or choice.get("delta") or {}
    thought = said.pop("reasoning_content", None)
    if thought is not None:
        said["content"] = thought + (said.get("content") or "")


def no_call_ids(choice: Body) -> None:
    for call in calls(choice):
        call.pop("id", None)


def told_logprobs(edit: Callable[[list[Body]], object]) -> Change:
    def of_choice(choice: Body) -> None:
        edit((choice.get("logprobs") or {}).get("content") or [])

    return each(of_choice)


def positive(told: list[Body]) -> None:
    for one in told:
        one["logprob"] = -one["logprob"] + 1.0


def one_short(told: list[Body]) -> None:
    del told[-1:]


def turned_top(told: list[Body]) -> None:
    for one in told:
        one.get("top_logprobs", []).reverse()


# --- faults of streams ---------------------------------------------------------------------------


def count_more(events: list[Body]) -> list[Body]:
    for event in events:
        count_one_more(event)
    return events


def one_index(events: list[Body]) -> list[Body]:
    for delta in deltas(events):
        for call in delta.get("tool_calls") or []:
            call["index"] = 0
    return events


def no_role(events: list[Body]) -> list[Body]:
    for delta in deltas(events):
        delta.pop("role", None)
    return events


def twice(events: list[Body]) -> list[Body]:
    at = next((at for at, delta in enumerate(deltas(events)) if delta.get("content")), 0)
    return [*events[: at + 1], *events[at:]]


def halves(events: list[Body]) -> list[Body]:
    """Cut the first character of several bytes into two events of broken halves."""
    for at, event in enumerate(events):
        for delta in deltas([event]):
            text = delta.get("content") or ""
            place = next((here for here, one in enumerate(text) if ord(one) > 0x7F), None)
            if place is None:
                continue
            first, second = json.loads(json.dumps(event)), json.loads(json.dumps(event))
            first["choices"][0]["delta"]["content"] = text[:place] + "\ufffd"
            second["choices"][0]["delta"]["content"] = "\ufffd" + text[place + 1 :]
            return [*events[:at], first, second, *events[at + 1 :]]
    return events


# --- faults of the transport, and of memory ------------------------------------------------------


def one_probe_fails(asked: Asked, answer: Answer) -> Answer:
    if asked.path != CHAT or b"capital of France" not in asked.body:
        return answer
    error = b'{"error": {"code": 500, "message": "something went wrong", "type": "server_error"}}'
    return Answer(status=500, headers={"Content-Type": "application/json"}, pieces=(error,))


def wrong_type(asked: Asked, answer: Answer) -> Answer:
    wrong = {"Content-Type": "text/plain"}
    return replace(answer, headers=wrong) if asked.path == CHAT else answer


def crumbled(_asked: Asked, answer: Answer) -> Answer:
    """The same bytes, seven at a time: characters and events are cut anywhere."""
    whole = answer.body
    return replace(answer, pieces=tuple(whole[at : at + 7] for at in range(0, len(whole), 7)))


@dataclass(slots=True)
class Canary:
    """Appends to each answer a word of the question before."""

    last: str = ""

    def __call__(self, asked: Asked, answer: Answer) -> Answer:
        if asked.path != CHAT or not asked.body:
            return answer
        before, self.last = self.last, str(json.loads(asked.body).get("messages"))[-40:]

        def leak(choice: Body) -> None:
            said = choice.get("message") or choice.setdefault("delta", {})
            if choice.get("finish_reason") == "stop":
                said["content"] = (said.get("content") or "") + before

        return each(leak)(asked, answer)


@dataclass(slots=True)
class Stale:
    """Answers each question with the answer to the one before of its kind."""

    kept: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, asked: Asked, answer: Answer) -> Answer:
        if asked.path != CHAT:
            return answer
        before = self.kept.get(answer.kind, answer)
        self.kept[answer.kind] = answer
        return before


PROMPT, LOGPROBS, STREAM = Link.PROMPT, Link.LOGPROBS, Link.STREAM
MESSAGE, USAGE = Link.MESSAGE, Link.USAGE


def at(*links: Link, **how: Any) -> Fault:  # noqa: ANN401 - the fields of a fault
    return Fault(links=frozenset(links), **how)


FAULTS: Mapping[str, Fault] = {
    "last event dropped": at(STREAM, USAGE, change=streamed(lambda events: events[:-1])),
    "two calls with one index": at(STREAM, MESSAGE, change=streamed(one_index)),
    "usage off by one": at(MESSAGE, USAGE, change=plain(count_one_more)),
    "usage of streams off by one": at(STREAM, USAGE, change=streamed(count_more)),
    "keys of the body in another order": at(MESSAGE, change=plain(reorder_body)),
    "keys of events in another order": at(STREAM, change=streamed(reversed_keys)),
    "keys of arguments in another order": at(MESSAGE, change=each(reorder_arguments)),
    "keys of tool schemas in another order": at(PROMPT, MESSAGE, STREAM, before=reorder_tools),
    "positive log-probabilities": at(LOGPROBS, change=told_logprobs(positive)),
    "one log-probability missing": at(LOGPROBS, STREAM, MESSAGE, change=told_logprobs(one_short)),
    "candidates in another order": at(LOGPROBS, change=told_logprobs(turned_top)),
    "a character cut over two events": at(STREAM, MESSAGE, change=streamed(halves)),
    "a word of the request before": at(STREAM, MESSAGE, stateful=Canary),
    "the answer to the request before": at(LOGPROBS, STREAM, MESSAGE, stateful=Stale),
    "null for an empty content": at(MESSAGE, change=each(null_content)),
    "another finish reason": at(STREAM, MESSAGE, change=each(other_finish)),
    "no role": at(STREAM, MESSAGE, change=streamed(no_role)),
    "an event twice": at(STREAM, MESSAGE, change=streamed(twice)),
    "reasoning in the content": at(STREAM, MESSAGE, change=each(merge_reasoning)),
    "no ids of tool calls": at(STREAM, MESSAGE, change=each(no_call_ids)),
    "an error for one question": at(STREAM, MESSAGE, change=one_probe_fails),
    "another media type": at(STREAM, MESSAGE, change=wrong_type),
    "no [DONE]": at(STREAM, change=lines(lambda events: events[:-1])),
}
HARMLESS: Mapping[str, Fault] = {
    "nothing": at(),
    "answers crumbled on the way": at(change=crumbled),
}
