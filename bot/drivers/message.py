"""What reads a message that a proof expects: its fields, and no more.

A stranger should see what is compared; where nothing is known of it, `answers` reads everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent

from bot.core.model import Json, Link, Probe
from bot.drivers.answers import GATHERED, MESSAGE, USAGE

_ALL = frozenset({"role", "content", "reasoning", "tool_calls", "finish_reason"})
_WHOLE = {
    "role": 'said.get("role")',
    "content": 'said.get("content")',
    "reasoning": 'said.get("reasoning_content") or said.get("reasoning")',
    "finish_reason": 'choice.get("finish_reason")',
}
_SAID = """said = choice["message"]
"""
_CALLS = """calls = [call["function"] for call in said.get("tool_calls") or []]
"""
_JOINED = {
    "role": 'next((each["role"] for each in deltas if each.get("role")), None)',
    "content": '"".join(each.get("content") or "" for each in deltas)',
    "reasoning": '"".join(each.get("reasoning_content") or "" for each in deltas)',
    "finish_reason": '[each["finish_reason"] for each in choices if each.get("finish_reason")][-1]',
}
_DELTAS = """choices = [choice for event in events for choice in event.get("choices") or []]
"""
_OF_ONE = """choices = [choice for choice in every if choice.get("index", 0) == index]
"""
_DELTA = """deltas = [choice.get("delta") or {} for choice in choices]
"""
_PARTS = """calls = {}
for call in [call for delta in deltas for call in delta.get("tool_calls") or []]:
    whole = calls.setdefault(call.get("index", len(calls)), {"name": "", "arguments": ""})
    for name in whole:
        whole[name] += call["function"].get(name) or ""
calls = [calls[index] for index in sorted(calls)]
"""
_LAST = """answer = {"usage": [event["usage"] for event in events if event.get("usage")][-1]}
"""
_LIST = """[
        {"name": call["name"], "arguments": %s} for call in calls
    ]"""


def message(probe: Probe, *, streamed: bool) -> str:
    """Return what reads the message of an `answer`, or of the `events` of a stream.

    It reads the fields of the one that `probe` expects, or all that may come where none is known.
    """
    look = probe.look(Link.MESSAGE)
    golden = look.golden if look else None
    every = _every(golden)
    if not every or not all(each.keys() <= _ALL for each in every) or not _arguments(every):
        return GATHERED * streamed + MESSAGE
    read = _streamed(every) if streamed else _answered(every)
    fields = _joined(every[0]) if streamed else dict(_WHOLE)
    fields["tool_calls"] = _LIST % _arguments(every)
    told = "{\n" + "".join(f'    "{name}": {fields[name]},\n' for name in every[0]) + "}"
    if len(every) == 1:
        return f"{read}seen = {told}\n"
    inside = indent(f"{read}told.append({told})\n", "    ")
    loop = f"for index in range({len(every)}):" if streamed else 'for choice in answer["choices"]:'
    before = _DELTAS.replace("choices =", "every =", 1) * streamed
    return f'{before}told = []\n{loop}\n{inside}seen = {{**told[0], "more": told[1:]}}\n'


def counted(*, streamed: bool) -> str:
    """Return what reads the tokens counted in an `answer`, or in the `events` of a stream."""
    return _LAST * streamed + USAGE


def _every(golden: Json) -> list[dict[str, Json]]:
    """Return the choices of an expected message; none where their fields are unlike."""
    if not isinstance(golden, dict):
        return []
    more = golden.get("more", [])
    every = [{name: each for name, each in golden.items() if name != "more"}]
    every += [each for each in more if isinstance(each, dict)] if isinstance(more, list) else []
    return every if all([*each] == [*every[0]] for each in every) else []


def _answered(every: Sequence[Mapping[str, Json]]) -> str:
    first = 'choice = answer["choices"][0]\n' if len(every) == 1 else ""
    return first + _SAID + _CALLS * ("tool_calls" in every[0])


def _streamed(every: Sequence[Mapping[str, Json]]) -> str:
    choices = _DELTAS if len(every) == 1 else _OF_ONE
    return choices + _DELTA + _PARTS * ("tool_calls" in every[0])


def _joined(first: Mapping[str, Json]) -> dict[str, str]:
    """Return how the fields are put together; what nobody says is none, and no empty text."""
    silent = first.get("content") is None
    return {**_JOINED, "content": _JOINED["content"] + " or None" * silent}


def _arguments(every: Sequence[Mapping[str, Json]]) -> str:
    """Return how arguments are read: as JSON, or as they are; nothing where calls are unlike."""
    calls = [each.get("tool_calls") or [] for each in every]
    read = {
        isinstance(call, dict) and not isinstance(call.get("arguments"), str | None)
        for each in calls
        for call in (each if isinstance(each, list) else ())
    }
    if len(read) > 1:
        return ""
    return 'call.get("arguments")' if read == {False} else 'json.loads(call["arguments"])'
