"""The smallest request that still shows it: hierarchical delta debugging over a JSON tree.

List elements and schema properties first, then keys, then texts, then numbers, from the root to
the leaves, again and again until nothing can go (Misherghi and Su 2006; ddmin after Zeller and
Hildebrandt 2002). Every candidate is valid by construction and smaller than the best, so it ends.

>>> request = {"messages": [{"role": "user", "content": "please say boom now"},
...                         {"role": "user", "content": "thanks"}], "temperature": 0.7}
>>> machine = Reduce(request)
>>> while candidates := machine.propose():
...     for candidate in candidates:
...         machine.tell(candidate, "boom" in str(candidate))
>>> machine.best
{'messages': [{'role': 'user', 'content': 'boom'}]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TypeAlias, TypeVar

from bot.core.model import Json

Path: TypeAlias = tuple[str | int, ...]
Part = TypeVar("Part")
Flow: TypeAlias = Generator[tuple[Json, ...], None, None]

FIXED = frozenset({"role", "type", "$ref", "format", "model", "id", "tool_call_id"})
"""Keys whose texts are words of a protocol: half of one is nothing."""

_LETTER_BY_LETTER = 64


def canonical(value: Json) -> str:
    """Return `value` as JSON without spaces, keys sorted: equal values, equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def shortlex(value: Json) -> tuple[int, str]:
    """Return what "smaller" means: the size of the canonical text, then the text."""
    text = canonical(value)
    return len(text), text


def is_chat(request: Json) -> bool:
    """Whether this could be sent as a chat request, as far as it claims to be one.

    Messages, where there were any, stay: at least one, each with a role, contents or calls.
    Tools, where there are any, have a name. What has no messages is not a chat; that is fine.
    """
    if not isinstance(request, dict):
        return True
    for key, valid in (("messages", _is_message), ("tools", _is_tool)):
        items = request.get(key)
        if key in request and not (isinstance(items, list) and items and all(map(valid, items))):
            return False
    return True


def _is_message(message: Json) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return False
    return "content" in message or bool(message.get("tool_calls"))


def _is_tool(tool: Json) -> bool:
    function = tool.get("function", tool) if isinstance(tool, dict) else None
    return isinstance(function, dict) and bool(function.get("name"))


class Reduce:
    """One reduction.

    `keep` says which requests are still valid (a chat keeps its messages in any case); `fixed`
    names keys whose texts are left alone; `width` candidates are proposed at once.
    """

    def __init__(
        self,
        request: Json,
        *,
        keep: Callable[[Json], bool] = is_chat,
        fixed: frozenset[str] = FIXED,
        width: int = 4,
    ) -> None:
        self._best = request
        self._needs = {"messages"} & set(request if isinstance(request, dict) else ())
        self._keep, self._fixed, self._width = keep, fixed, width
        self._known: dict[str, bool] = {canonical(request): True}
        self._open: tuple[Json, ...] = ()
        self._calls = 0
        self._done = False
        self._flow = self._run()
        self._advance()

    def propose(self) -> tuple[Json, ...]:
        """Return candidates, each smaller than `best` and independent. Empty when finished."""
        return tuple(c for c in self._open if canonical(c) not in self._known)

    def tell(self, candidate: Json, still: bool) -> None:
        """Take whether `candidate` still shows it. Telling it again changes nothing.

        Raises `ValueError` for a candidate that was never proposed.
        """
        text = canonical(candidate)
        if text in self._known:
            return
        if text not in map(canonical, self._open):
            raise ValueError(f"nobody asked for {text[:80]}")
        self._known[text] = still
        self._calls += 1
        if not self.propose():
            self._advance()

    @property
    def best(self) -> Json:
        """The smallest request so far that still shows it."""
        return self._best

    @property
    def done(self) -> bool:
        """Whether nothing smaller is left to try: no single node can go."""
        return self._done

    @property
    def calls(self) -> int:
        """How many candidates were told about."""
        return self._calls

    def _advance(self) -> None:
        try:
            self._open = next(self._flow)
        except StopIteration:
            self._open, self._done = (), True

    def _run(self) -> Flow:
        """Every pass, until a whole round changes nothing."""
        before = None
        while before != canonical(self._best):
            before = canonical(self._best)
            for shrink in (self._lists, self._keys, self._texts, self._numbers):
                yield from self._walk(shrink)

    def _walk(self, shrink: Callable[[Path, Json], Flow]) -> Flow:
        """Visit the tree from the root, level by level, as it is when its turn comes."""
        queue: list[Path] = [()]
        for path in queue:
            yield from shrink(path, _at(self._best, path))
            queue.extend((*path, key) for key in _children(_at(self._best, path)))

    def _lists(self, path: Path, value: Json) -> Flow:
        if isinstance(value, list):
            yield from self._ddmin(path, value, lambda left: left)
        elif isinstance(value, dict) and path[-1:] == ("properties",):
            yield from self._keys(path, value)

    def _keys(self, path: Path, value: Json) -> Flow:
        if isinstance(value, dict):
            yield from self._ddmin(path, list(value.items()), dict)

    def _texts(self, path: Path, value: Json) -> Flow:
        """Halves, then words, then characters, then plain letters."""
        if not isinstance(value, str) or not self._fixed.isdisjoint(path[-1:]):
            return
        yield from self._ddmin(path, re.findall(r"\s+|\S+", value), "".join)
        text = str(_at(self._best, path))
        if len(text) <= _LETTER_BY_LETTER:
            yield from self._ddmin(path, text, "".join)
        yield from self._first(path, [re.sub(r"\w", "a", str(_at(self._best, path)))])

    def _numbers(self, path: Path, value: Json) -> Flow:
        """Toward small: nothing, one, then half as much while that will do."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        whole = int(value) if abs(value) < 1e15 else 0  # noqa: PLR2004 - also infinities
        yield from self._first(path, [0, 1, whole])
        while isinstance(half := _at(self._best, path), int) and abs(half) > 1:
            yield from self._first(path, [half // 2 if half > 0 else -(-half // 2)])
            if _at(self._best, path) == half:
                return

    def _first(self, path: Path, values: Sequence[Json]) -> Flow:
        """Put the first of `values` that will do."""
        for value in values:
            candidate = self._put(path, value)
            yield from self._ask([candidate])
            if self._take(candidate):
                return

    def _ddmin(self, path: Path, parts: Sequence[Part], join: Callable[[list[Part]], Json]) -> Flow:
        """Drop chunks of `parts`: all, then halves, down to single ones until none can go."""

        def build(indices: Sequence[int]) -> Json:
            return self._put(path, join([parts[at] for at in indices]))

        left = list(range(len(parts)))
        size = len(left)
        while size:
            before = len(left)
            chunks = [left[at : at + size] for at in range(0, before, size)]
            for start in range(0, len(chunks), self._width):
                left = yield from self._drop(left, chunks[start : start + self._width], build)
            again = size == 1 and len(left) < before
            size = min(1 if again else size // 2, len(left))

    def _drop(
        self, left: list[int], chunks: list[list[int]], build: Callable[[Sequence[int]], Json]
    ) -> Generator[tuple[Json, ...], None, list[int]]:
        """Drop each chunk, then all that could go together; return what is left."""
        without = [_minus(left, chunk) for chunk in chunks]
        yield from self._ask([build(kept) for kept in without])
        gone = [
            chunk for chunk, kept in zip(chunks, without, strict=True) if self._shows(build(kept))
        ]
        for chosen in (gone, gone[:1]):
            kept = _minus(left, [at for chunk in chosen for at in chunk])
            candidate = build(kept)
            yield from self._ask([candidate])
            if self._take(candidate):
                return kept
        return left

    def _put(self, path: Path, value: Json) -> Json:
        """Return the best with `value` at `path`; what is no property is not required either."""
        request = _with(self._best, path, value)
        if path[-1:] != ("properties",) or not isinstance(value, dict):
            return request
        schema, old = _at(request, path[:-1]), _at(self._best, path)
        required = schema.get("required") if isinstance(schema, dict) else None
        if not isinstance(required, list) or not isinstance(old, dict):
            return request
        gone = set(old) - set(value)
        stay: list[Json] = [name for name in required if name not in gone]
        return _with(request, (*path[:-1], "required"), stay)

    def _ask(self, candidates: Sequence[Json]) -> Flow:
        """Wait for those candidates that are valid, smaller than the best and not yet known."""
        new = {canonical(c): c for c in candidates if self._may(c)}
        asked = tuple(c for text, c in new.items() if text not in self._known)
        if asked:
            yield asked

    def _may(self, candidate: Json) -> bool:
        if shortlex(candidate) >= shortlex(self._best):
            return False
        top = set(candidate) if isinstance(candidate, dict) else set()
        return self._needs <= top and self._keep(candidate)

    def _shows(self, candidate: Json) -> bool:
        return self._may(candidate) and self._known.get(canonical(candidate), False)

    def _take(self, candidate: Json) -> bool:
        """Make `candidate` the best if it still shows it."""
        if not self._shows(candidate):
            return False
        self._best = candidate
        return True


def _minus(left: Sequence[int], gone: Sequence[int]) -> list[int]:
    out = set(gone)
    return [at for at in left if at not in out]


def _children(value: Json) -> Iterator[str | int]:
    if isinstance(value, dict):
        yield from value
    elif isinstance(value, list):
        yield from range(len(value))


def _at(value: Json, path: Path) -> Json:
    """Return the node at `path`, or None where it is gone."""
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _with(value: Json, path: Path, node: Json) -> Json:
    """Return a copy of `value` with `node` at `path`."""
    if not path:
        return node
    key, *rest = path
    if isinstance(value, dict) and isinstance(key, str):
        return {**value, key: _with(value[key], tuple(rest), node)}
    if isinstance(value, list) and isinstance(key, int):
        return [*value[:key], _with(value[key], tuple(rest), node), *value[key + 1 :]]
    raise TypeError(f"no node at {path}")
