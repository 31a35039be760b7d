"""A stream by what its parts add up to and by its shape, not by where it happened to be cut."""

from __future__ import annotations

from collections.abc import Iterator

from bot.compare.messages import json
from bot.core.difference import Difference
from bot.core.model import Json

DONE = "[DONE]"  # the last word of a stream, where the client lets it be heard


def stream(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two lists of events by what a reader of them relies on.

    That is the text, the reasoning and the calls that the deltas add up to, the order in which
    the kinds of event come, which fields of a delta there are, what the first delta holds, how
    often it finishes and counts, and whether `[DONE]` was said; never the lengths of pieces.
    """
    return json(shape(expected), shape(seen))


def shape(events: Json) -> Json:
    """Return what a stream says: the kinds of its events, in order, and what they add up to."""
    if not isinstance(events, list):
        return events
    kinds: list[Json] = []
    for event in events:
        kind = _kind(event)
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
    told: dict[str, Json] = {"kinds": kinds, "adds_up_to": _sum(events)}
    return {**told, **_frame([event for event in events if isinstance(event, dict)])}


def _frame(events: list[dict[str, Json]]) -> dict[str, Json]:
    """Return what stands around the text; parts that are as everywhere are left out."""
    deltas = [delta for event in events for delta in _deltas(event)]
    finishes = [choice.get("finish_reason") for event in events for choice in _choices(event)]
    indices = {str(choice.get("index")) for event in events for choice in _choices(event)}
    told: dict[str, Json] = {
        "first": {name: _sort(value) for name, value in deltas[0].items()} if deltas else {},
        "finishes": [each for each in finishes if each is not None],
        "counted": sum(1 for event in events if event.get("usage")),
        "indices": [*sorted(indices - {"0"})],
        "calls": [*_heads(deltas).values()],
        "call_indices": _odd_indices([*_heads(deltas)]),
    }
    return {name: value for name, value in told.items() if value}


def _sort(value: Json) -> Json:
    """Name a field of the first delta without quoting what was said."""
    if isinstance(value, str):
        return "text" if value else "empty"
    return "null" if value is None else "more"


def _odd_indices(indices: list[str]) -> Json:
    """Return the indices of calls where they do not count up from 0, as a reader expects."""
    return [] if indices == [str(at) for at in range(len(indices))] else [*indices]


def _heads(deltas: list[dict[str, Json]]) -> dict[str, Json]:
    """Tell which fields the first part of each call brings: a reader needs its name there."""
    heads: dict[str, Json] = {}
    for delta in deltas:
        for part in _parts(delta):
            function = part.get("function")
            inner = sorted(function) if isinstance(function, dict) else []
            heads.setdefault(str(part.get("index")), [*sorted(part), *inner])
    return heads


def _parts(delta: dict[str, Json]) -> Iterator[dict[str, Json]]:
    parts = delta.get("tool_calls")
    if isinstance(parts, list):
        yield from (part for part in parts if isinstance(part, dict))


def _kind(event: Json) -> Json:
    """Name an event by the fields that are in its delta, its finish reason and its usage."""
    if not isinstance(event, dict):
        return "done" if event == DONE else "odd"
    names = sorted({name for delta in _deltas(event) for name, value in delta.items() if value})
    finish = [choice.get("finish_reason") for choice in _choices(event)]
    ends = ["finish"] if any(finish) else []
    counts = ["usage"] if event.get("usage") else []
    return "+".join([*names, *ends, *counts]) or "empty"


def _choices(event: dict[str, Json]) -> Iterator[dict[str, Json]]:
    choices = event.get("choices")
    yield from (
        (each for each in (choices or []) if isinstance(each, dict))
        if isinstance(choices, list)
        else ()
    )


def _deltas(event: dict[str, Json]) -> Iterator[dict[str, Json]]:
    for choice in _choices(event):
        delta = choice.get("delta")
        if isinstance(delta, dict):
            yield delta


def _sum(events: list[Json]) -> Json:
    """Put the texts of all deltas together, field by field.

    The role is a word that is said, or said again with each piece, and no text in pieces.
    """
    whole: dict[str, str] = {}
    calls: dict[str, dict[str, Json]] = {}
    for event in events:
        for delta in _deltas(event) if isinstance(event, dict) else ():
            for name, value in delta.items():
                if name == "role" and isinstance(value, str):
                    whole.setdefault(name, value)
                elif isinstance(value, str):
                    whole[name] = whole.get(name, "") + value
            _add_calls(calls, delta.get("tool_calls"))
    texts: dict[str, Json] = {**whole}
    return {**texts, "tool_calls": [*calls.values()]}


def _add_calls(calls: dict[str, dict[str, Json]], parts: Json) -> None:
    for part in parts if isinstance(parts, list) else ():
        function = part.get("function") if isinstance(part, dict) else None
        if not isinstance(part, dict) or not isinstance(function, dict):
            continue
        call = calls.setdefault(str(part.get("index")), {})
        for name, value in function.items():
            if isinstance(value, str):
                call[name] = f"{call.get(name, '')}{value}"
