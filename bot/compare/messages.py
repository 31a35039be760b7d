"""What a client makes of an answer: the message with its tool calls, the counts, any JSON."""

from __future__ import annotations

from collections.abc import Iterator

from bot.compare.text import edit, same
from bot.compare.values import canonical, kind, readable, unified
from bot.core.difference import Difference
from bot.core.model import Json

_TEXTS = frozenset({"content", "reasoning"})
WORD = 20  # letters; roles and finish reasons are shorter
LISTED = 4  # places that a signature names
_IGNORED = frozenset({"id", "index", "type"})  # of a tool call: given anew by each release


def json(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare as JSON: the order of keys means nothing, everything else does."""
    if canonical(expected) == canonical(seen):
        return None
    paths = _listed(sorted(set(_paths(expected, seen, ""))))
    told = unified(_pretty(expected), _pretty(seen))
    told = told or unified(canonical(expected), canonical(seen))  # null and [null] look alike
    return Difference(text=told, shape=f"json: {paths or 'value'}")


def usage(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare the token counts, each by its name."""
    if not isinstance(expected, dict) or not isinstance(seen, dict):
        return json(expected, seen)
    apart = [name for name in expected if seen.get(name) != expected[name]]
    if not apart:
        return None
    text = "\n".join(f"{name}: {expected[name]} became {seen.get(name)}" for name in apart)
    return Difference(text=text, shape=f"usage: {', '.join(apart)}")


def message(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two messages: content, reasoning, finish reason, tool calls, and other choices.

    Ids of calls are not looked at, arguments are compared as JSON; a content of null and one of
    "" say the same where there are tool calls.
    """
    if not isinstance(expected, dict) or not isinstance(seen, dict):
        return json(expected, seen)
    found = tuple(_message(expected, seen))
    if not found:
        return None
    return Difference(
        text="\n".join(each.text for each in found),
        shape="message: " + ", ".join(dict.fromkeys(each.shape for each in found)),
    )


def _message(expected: dict[str, Json], seen: dict[str, Json]) -> Iterator[Difference]:
    calls = bool(expected.get("tool_calls") or seen.get("tool_calls"))
    for name in ("role", "content", "reasoning", "finish_reason"):
        one, other = expected.get(name), seen.get(name)
        if calls and not one and not other:
            continue
        if one != other and not same(one, other):
            yield _field(name, one, other)
    yield from _calls(expected.get("tool_calls"), seen.get("tool_calls"))
    yield from _more(expected.get("more") or [], seen.get("more") or [])


def _more(ours: Json, theirs: Json) -> Iterator[Difference]:
    """The other choices, where more than one answer was asked for."""
    if canonical(ours) != canonical(theirs):
        told = f"other choices:\n{unified(_pretty(ours), _pretty(theirs))}"
        yield Difference(text=told, shape="other choices differ")


def _field(name: str, one: Json, other: Json) -> Difference:
    told = f"{name}:\n{unified(readable(one), readable(other))}"
    if name in _TEXTS and isinstance(one, str) and isinstance(other, str):
        return Difference(text=told, shape=f"{name} {edit(one, other)}")
    say = kind if name in _TEXTS else _word
    return Difference(text=told, shape=f"{name} {say(one)} became {say(other)}")


def _word(value: Json) -> str:
    """A word of a small vocabulary (`stop`, `assistant`) as it is; of anything else its kind."""
    short = isinstance(value, str) and value.isidentifier() and len(value) <= WORD
    return str(value) if short else kind(value)


def _calls(expected: Json, seen: Json) -> Iterator[Difference]:
    ours, theirs = expected or [], seen or []
    if not isinstance(ours, list) or not isinstance(theirs, list):
        if canonical(ours) != canonical(theirs):
            yield Difference(
                text=f"tool_calls:\n{unified(_pretty(ours), _pretty(theirs))}",
                shape=f"tool_calls {kind(expected)} became {kind(seen)}",
            )
        return
    if len(ours) != len(theirs):
        text = f"{len(ours)} tool calls became {len(theirs)}:\n"
        text += unified(_pretty(ours), _pretty(theirs))
        more = "more" if len(theirs) > len(ours) else "fewer"
        yield Difference(text=text, shape=f"tool_calls {more}")
        return
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        found = json(_plain(one), _plain(other))
        if found is not None:
            yield Difference(
                text=f"tool call {at}:\n{found.text}", shape=f"tool_calls {found.shape}"
            )


def _plain(call: Json) -> Json:
    if not isinstance(call, dict):
        return call
    return {name: value for name, value in call.items() if name not in _IGNORED}


def _pretty(value: Json) -> str:
    if isinstance(value, dict) and value:
        return "".join(f"{name}: {canonical(value[name])}\n" for name in sorted(value))
    if isinstance(value, list) and value:
        return "".join(f"{canonical(item)}\n" for item in value)
    return canonical(value) + "\n"


def _listed(paths: list[str]) -> str:
    """Name the first places and count the others: a signature is read, and compared, by people."""
    more = len(paths) - LISTED
    return ", ".join(paths[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _paths(one: Json, other: Json, path: str) -> Iterator[str]:
    """The places that differ, without indices: what a signature may hold."""
    if isinstance(one, dict) and isinstance(other, dict):
        yield from _keys(one, other, f"{path}." if path else "")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{path}[] count"
        for left, right in zip(one, other, strict=False):
            yield from _paths(left, right, f"{path}[]")
    elif canonical(one) != canonical(other):
        yield path


def _keys(one: dict[str, Json], other: dict[str, Json], path: str) -> Iterator[str]:
    yield from (f"-{path}{name}" for name in sorted(one.keys() - other.keys()))
    yield from (f"+{path}{name}" for name in sorted(other.keys() - one.keys()))
    for name in sorted(one.keys() & other.keys()):
        yield from _paths(one[name], other[name], f"{path}{name}")
