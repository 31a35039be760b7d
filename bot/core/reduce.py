"""The smallest request that still shows it: hierarchical, probabilistic delta debugging of JSON.

Everything at one depth of the tree together, from the options and lists at the top to the nodes
of schemas, then words, letters and numbers. Every candidate is as valid as the first request was
and smaller than the best, so it ends.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core.chat import is_chat, kept
from bot.core.model import Json
from bot.core.tree import Tree
from bot.core.wording import cut, gallop, without, words

Path: TypeAlias = tuple[str | int, ...]

__all__ = ["FIXED", "Reduce", "canonical", "is_chat", "shortlex"]

FIXED = frozenset({"role", "type", "$ref", "format", "model", "id", "tool_call_id"})
"""Keys whose texts are words of a protocol: half of one is nothing."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that makes a request smaller: what is at `path` goes, or becomes less."""

    path: Path
    way: Literal["drop", "word", "front", "back", "letter", "zero", "whole"]
    count: int = 0  # which word, or how many letters


def canonical(value: Json) -> str:
    """Return `value` as JSON without spaces, keys sorted: equal values, equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def shortlex(value: Json) -> tuple[int, str]:
    """Return what "smaller" means: the size of the canonical text, then the text."""
    text = canonical(value)
    return len(text), text


class Reduce(Tree[Json, Edit]):
    """One reduction of a request.

    `keep` says which requests are still valid (by default: as much of a chat as the first one
    is); `fixed` names keys whose texts are left alone; `width` candidates are proposed at once;
    `known` holds what was told before, by canonical text.
    """

    def __init__(
        self,
        request: Json,
        *,
        keep: Callable[[Json], bool] | None = None,
        fixed: frozenset[str] = FIXED,
        width: int = 4,
        known: Mapping[str, bool] | None = None,
    ) -> None:
        usual = kept(request)
        self._keep = (lambda one: usual(one) and keep(one)) if keep else usual
        self._fixed = fixed
        super().__init__(request, width=width, known=known)

    def text(self, value: Json) -> str:
        """Return the canonical text."""
        return canonical(value)

    def edits(self, value: Json) -> Sequence[Edit]:
        """Return every node that could go, every word, and numbers of several digits."""
        return [
            *_drops(value),
            *self._words(value),
            *_numbers(value, "zero"),
        ]

    def levels(self) -> Iterator[Sequence[Edit]]:
        """Yield the nodes of each depth, then words, letters and numbers."""
        depth = 1
        while level := [one for one in _drops(self.best) if len(one.path) == depth]:
            yield level
            depth += 1
        yield self._words(self.best)
        yield [
            Edit(path, "letter")
            for path, text in self._texts(self.best).items()
            if len(text) > 1 and self.edited(self.best, [Edit(path, "word", 0)]) is None
        ]
        for cuts in gallop(self._lengths):
            yield [Edit(path, end, size) for path, end, size in cuts]
        yield _numbers(self.best, "zero")
        yield _numbers(self.best, "whole")

    def chance(self, edit: Edit) -> float:
        """Return how likely a part is needed: one of those that stand beside each other."""
        if edit.way == "word":
            return 1 / (1 + len(words(self._texts(self.best)[edit.path])))
        if edit.way != "drop":
            return 0.5
        beside = sum(path[:-1] == edit.path[:-1] for path, _ in _walk(self.best, ()) if path)
        return 1 / (1 + beside)

    def edited(self, value: Json, edits: Sequence[Edit]) -> Json | None:
        """Return `value` after `edits`, mended where others speak of what is gone."""
        smaller = _mended(value, _rebuilt(value, _by_path(edits), ()))
        return smaller if self._keep(smaller) else None

    def _words(self, value: Json) -> list[Edit]:
        return [
            Edit(path, "word", at)
            for path, text in self._texts(value).items()
            for at in range(len(words(text)))
        ]

    def _lengths(self) -> dict[Path, int]:
        return {path: len(text) for path, text in self._texts(self.best).items()}

    def _texts(self, value: Json) -> dict[Path, str]:
        """Return every text that may be less, by where it is."""
        return {
            path: node
            for path, node in _walk(value, ())
            if isinstance(node, str) and self._fixed.isdisjoint(path[-1:])
        }


def _walk(value: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    """Yield every node with its path, a parent before its children."""
    yield path, value
    inner: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, one in inner:
        yield from _walk(one, (*path, key))


def _drops(value: Json) -> list[Edit]:
    return [Edit(path, "drop") for path, _ in _walk(value, ()) if path]


def _numbers(value: Json, way: Literal["zero", "whole"]) -> list[Edit]:
    """Return the numbers of more than one digit: less of one digit is no smaller."""
    return [
        Edit(path, way)
        for path, node in _walk(value, ())
        if isinstance(node, int | float) and not isinstance(node, bool) and len(str(node)) > 1
    ]


def _by_path(edits: Sequence[Edit]) -> dict[Path, list[Edit]]:
    found: dict[Path, list[Edit]] = {}
    for edit in edits:
        found.setdefault(edit.path, []).append(edit)
    return found


def _rebuilt(value: Json, edits: Mapping[Path, list[Edit]], path: Path) -> Json:
    """Return `value` with everything below `path` edited."""
    mine = edits.get(path, [])
    if mine:
        return _less(value, mine)

    def stays(key: str | int) -> bool:
        return not any(edit.way == "drop" for edit in edits.get((*path, key), ()))

    if isinstance(value, dict):
        left = {k: _rebuilt(v, edits, (*path, k)) for k, v in value.items() if stays(k)}
        return _promises(value, left)
    if isinstance(value, list):
        return [_rebuilt(v, edits, (*path, at)) for at, v in enumerate(value) if stays(at)]
    return value


def _less(value: Json, edits: Sequence[Edit]) -> Json:
    """Return a text of fewer words or letters, or a smaller number."""
    if isinstance(value, int | float):
        finite = abs(value) < float("inf")
        return int(value) if edits[0].way == "whole" and finite else 0
    text = str(value)
    gone = {edit.count for edit in edits if edit.way == "word"}
    if gone:
        return without(text, gone)
    if edits[0].way == "letter":
        return text[:1]
    ends = {edit.way: edit.count for edit in edits}
    return cut(text, front=ends.get("front", 0), back=ends.get("back", 0))


def _promises(old: Mapping[str, Json], new: dict[str, Json]) -> Json:
    """Take from `required` what is no property any more; one that promises nothing goes."""
    had, has, required = old.get("properties"), new.get("properties"), new.get("required")
    if not (isinstance(had, dict) and isinstance(required, list)):
        return dict(new)
    gone = set(had) - set(has if isinstance(has, dict) else ())
    stay: list[Json] = [name for name in required if name not in gone]
    if stay or not gone.intersection(map(str, required)):
        return {**new, "required": stay}
    return {key: value for key, value in new.items() if key != "required"}


def _mended(old: Json, new: Json) -> Json:
    """Take the answers to calls that are gone."""
    gone = _made(old) - _made(new)
    if not gone or not isinstance(new, dict) or not isinstance(new.get("messages"), list):
        return new
    stay: list[Json] = [
        one
        for one in _listed(new)
        if not isinstance(one, dict) or str(one.get("tool_call_id")) not in gone
    ]
    return {**new, "messages": stay}


def _listed(request: Json) -> list[Json]:
    messages = request.get("messages") if isinstance(request, dict) else None
    return messages if isinstance(messages, list) else []


def _made(request: Json) -> set[str]:
    """Return the ids of all calls that a request speaks of."""
    calls = [one.get("tool_calls") for one in _listed(request) if isinstance(one, dict)]
    return {
        str(call.get("id"))
        for some in calls
        if isinstance(some, list)
        for call in some
        if isinstance(call, dict) and "id" in call
    }
