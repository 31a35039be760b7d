"""Streams of a chat: what they add up to, and the shape in which they arrive.

Where a text is cut into events is the engine's own affair and does not count. What counts is
the whole, the order of kinds of events, and that it arrives in parts at all.
"""

from __future__ import annotations

from bot.compare.fields import any_json, message
from bot.compare.values import kind, unified
from bot.core.difference import Difference
from bot.core.model import Json

SAID = ("content", "reasoning_content", "reasoning")


def stream(expected: Json, seen: Json, reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two lists of events: first what they add up to, then the shape of the sequence."""
    if not isinstance(expected, list) or not isinstance(seen, list):
        return any_json(expected, seen, reruns)
    whole = message(gathered(expected), gathered(seen))
    if whole is not None:
        shape = whole.shape.replace("message.", "stream.")
        return Difference(text=whole.text, shape=shape)
    ours, theirs = outline(expected), outline(seen)
    if ours != theirs:
        told = unified("\n".join(ours) + "\n", "\n".join(theirs) + "\n")
        return Difference(text=told, shape=f"stream: {_order_shape(ours, theirs)}")
    if _parts(expected) > 1 and _parts(seen) == 1:
        told = f"expected {_parts(expected)} parts, seen all in one"
        return Difference(text=told, shape="stream: not in parts")
    return None


def gathered(events: list[Json]) -> dict[str, Json]:
    """Return the message that the events add up to, in the form that `message` compares."""
    texts: dict[str, str] = {}
    calls: dict[int, dict[str, str]] = {}
    told: dict[str, Json] = {}
    for delta, finish in _deltas(events):
        for name in SAID:
            part = delta.get(name)
            if isinstance(part, str):
                texts[name] = texts.get(name, "") + part
        if finish is not None:
            told["finish_reason"] = finish
        for call in _dicts(delta.get("tool_calls")):
            _add_call(calls, call)
    told.update(texts)
    if calls:
        told["tool_calls"] = [dict(calls[index]) for index in sorted(calls)]
    return told


def outline(events: list[Json]) -> list[str]:
    """Return the kinds of events in order, runs of one kind told once."""
    kinds: list[str] = []
    for event in events:
        told = _kind_of(event)
        if not kinds or kinds[-1] != told:
            kinds.append(told)
    return kinds


def _kind_of(event: Json) -> str:
    """Name an event by what it carries; an event that carries nothing is `empty`."""
    if not isinstance(event, dict):
        return kind(event)
    carried: list[str] = []
    for delta, finish in _deltas([event]):
        carried += [
            name for name in ("role", *SAID, "tool_calls") if delta.get(name) not in (None, "")
        ]
        carried += ["finish"] if finish is not None else []
    carried += ["usage"] if event.get("usage") else []
    carried += ["error"] if event.get("error") else []
    return " + ".join(carried) or "empty"


def _order_shape(ours: list[str], theirs: list[str]) -> str:
    gone, new = [k for k in ours if k not in theirs], [k for k in theirs if k not in ours]
    if not gone and not new:
        return "other order"
    words = [f"no {name}" for name in gone] + [f"new {name}" for name in new]
    return ", ".join(words)


def _parts(events: list[Json]) -> int:
    found = [delta for delta, _ in _deltas(events)]
    return sum(1 for delta in found if any(delta.get(name) for name in SAID))


def _deltas(events: list[Json]) -> list[tuple[dict[str, Json], Json]]:
    found: list[tuple[dict[str, Json], Json]] = []
    for event in _dicts(events):
        for choice in _dicts(event.get("choices")):
            delta = choice.get("delta")
            found.append((delta if isinstance(delta, dict) else {}, choice.get("finish_reason")))
    return found


def _dicts(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _add_call(calls: dict[int, dict[str, str]], call: dict[str, Json]) -> None:
    index, function = call.get("index"), call.get("function")
    kept = calls.setdefault(index if isinstance(index, int) else len(calls), {})
    for name, part in function.items() if isinstance(function, dict) else ():
        if isinstance(part, str):
            kept[name] = kept.get(name, "") + part
