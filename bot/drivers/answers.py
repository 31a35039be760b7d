"""What a proof makes of an `answer`, a whole chat completion as plain fields; whoever fetched it.

It is the common form of `guest/chat.py`, so that a proof sees what a cell saw.
"""

from __future__ import annotations

MESSAGE = """def common(choice):
    said = choice.get("message") or {}
    told = {"role": said.get("role"), "content": said.get("content")}
    for name in ("reasoning", "reasoning_content"):
        if said.get(name) is not None:
            told["reasoning"] = said[name]
    if said.get("tool_calls"):
        calls = [call["function"] for call in said["tool_calls"]]
        names = ("name", "arguments")
        told["tool_calls"] = [{name: call.get(name) for name in names} for call in calls]
    for call in told.get("tool_calls", []):
        try:
            call["arguments"] = json.loads(call["arguments"])
        except (TypeError, ValueError):
            pass
    return {**told, "finish_reason": choice.get("finish_reason")}


told = [common(choice) for choice in answer.get("choices") or []]
seen = told[0] if told else {}
if len(told) > 1:
    seen["more"] = told[1:]
"""

USAGE = """told = answer.get("usage") or {}
seen = {name: told.get(name) for name in ("prompt_tokens", "completion_tokens")}
"""

GATHERED = """parts, usage = {0: []}, None
for event in events:
    usage = event.get("usage") or usage
    for choice in event.get("choices") or []:
        parts.setdefault(choice.get("index") or 0, []).append(choice)
if len(parts) > 1 and not parts[0]:
    del parts[0]
choices = []
for index in sorted(parts):
    said, calls, finish = {}, {}, None
    for choice in parts[index]:
        delta, finish = choice.get("delta") or {}, choice.get("finish_reason") or finish
        said["role"] = delta.get("role") or said.get("role")
        for name in ("content", "reasoning", "reasoning_content"):
            if delta.get(name) is not None:
                said[name] = said.get(name, "") + delta[name]
        for call in delta.get("tool_calls") or []:
            whole = calls.setdefault(call.get("index", len(calls)), {})
            for name, part in call["function"].items():
                whole[name] = whole.get(name, "") + (part or "")
    if calls:
        said["tool_calls"] = [{"function": calls[index]} for index in sorted(calls)]
    choices.append({"message": said, "finish_reason": finish})
answer = {"choices": choices, "usage": usage}
"""

STEADY = """VOLATILE = {"id", "created", "model", "system_fingerprint", "timings", "obfuscation"}


def steady(told):
    if isinstance(told, dict):
        return {name: steady(each) for name, each in told.items() if name not in VOLATILE}
    return [steady(each) for each in told] if isinstance(told, list) else told


seen = steady(events)
"""
