"""What every chat client is asked for, and the common form in which its answers are told.

A message is `{"role", "content", "reasoning", "tool_calls": [{"name", "arguments"}],
"finish_reason"}` without the parts that are absent; `arguments` is parsed where it is JSON. Of
several choices it is the first, and `more` are the others.
A stream is the list of its events without what differs from one run to the next.
"""

import contextlib
import json

VOLATILE = frozenset({"id", "created", "model", "system_fingerprint", "timings", "obfuscation"})
REASONING = ("reasoning_content", "reasoning")
DONE = "[DONE]"  # what a stream ends with, where it can be heard
UNNAMED = "<model>"  # stands for a model's name that only one server knows


def body(probe, chain, *, alone=True):
    """Return what to ask: the probe's request, and the model's name where it gives none.

    `chain.beside` are fields that a server needs to answer as if it was asked `alone`.
    """
    request = dict(getattr(chain, "beside", {}) if alone else {}, **probe["request"])
    request.setdefault("model", chain.model or "tiny-chat")
    if request.get("stream"):
        request.setdefault("stream_options", {"include_usage": True})
    return request


def wire(probe, chain):
    """Return what goes over the wire: the given request, or that of whoever speaks for the stack.

    What was left out of it for being of its own server only is put back.
    """
    if "request" not in chain.given:
        return chain.client(probe, chain)
    asked = dict(getattr(chain, "beside", {}), **chain.value("request", probe))
    if asked.get("model") == UNNAMED:
        asked["model"] = chain.model
    return asked


def steady(event):
    """Return `event` without volatile fields, at every depth but inside what the model said."""
    if isinstance(event, dict):
        return {key: steady(each) for key, each in event.items() if key not in VOLATILE}
    if isinstance(event, list):
        return [steady(each) for each in event]
    return event


def message(completion):
    """Return the common form of a completion."""
    told = [
        _common(choice.get("message") or {}, choice.get("finish_reason"))
        for choice in completion.get("choices") or []
    ]
    if len(told) > 1:
        told[0]["more"] = told[1:]
    return told[0] if told else {}


def usage(completion):
    """Return the two counts that everybody is billed by."""
    told = completion.get("usage") or {}
    return {name: told.get(name) for name in ("prompt_tokens", "completion_tokens")}


def gathered(events):
    """Put a stream back together: a completion as if it had not been streamed.

    A choice is told by its index; what names none is of the first.
    """
    parts, counts = {0: []}, None
    for event in events:
        counts = event.get("usage") or counts
        for choice in event.get("choices") or []:
            parts.setdefault(choice.get("index") or 0, []).append(choice)
    if len(parts) > 1 and not parts[0]:
        del parts[0]
    return {"choices": [_whole(parts[index]) for index in sorted(parts)], "usage": counts}


def _whole(parts):
    """Put the parts of one choice together."""
    whole, calls, finish = {}, {}, None
    for choice in parts:
        finish = choice.get("finish_reason") or finish
        _add(whole, calls, choice.get("delta") or {})
    if calls:
        whole["tool_calls"] = [calls[index] for index in sorted(calls)]
    return {"message": whole, "finish_reason": finish}


def _add(whole, calls, delta):
    if delta.get("role"):
        whole["role"] = delta["role"]
    for name in ("content", *REASONING):
        if delta.get(name) is not None:
            whole[name] = whole.get(name, "") + delta[name]
    for call in delta.get("tool_calls") or []:
        kept = calls.setdefault(call.get("index", len(calls)), {"function": {}})["function"]
        for name, part in (call.get("function") or {}).items():
            if part is not None:
                kept[name] = kept.get(name, "") + part


def _common(said, finish):
    told = {"role": said.get("role"), "content": said.get("content")}
    for name in REASONING:
        if said.get(name) is not None:
            told["reasoning"] = said[name]
            break
    calls = said.get("tool_calls") or []
    if calls:
        told["tool_calls"] = [_call(call.get("function") or {}) for call in calls]
    told["finish_reason"] = finish
    return told


def _call(function):
    arguments = function.get("arguments")
    with contextlib.suppress(TypeError, ValueError):
        arguments = json.loads(arguments)
    return {"name": function.get("name"), "arguments": arguments}
