"""One fact, one line of JSON, because a line is what an append-only file can lose or keep whole.

A line is `{"v": 1, "run": ..., "job": ..., "attempt": ..., "body": {"kind": <class>, ...}}`, pure
ASCII. What a newer stackmatrix wrote, or a disk damaged, comes back as `Unread`: a value with a
reason, so that one strange line never hides the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from cattrs import BaseValidationError
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from bot.core.facts import Body, Fact
from bot.core.model import Closure, Conflict, Json

VERSION = 1
KINDS = {kind.__name__: kind for kind in get_args(Body)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A line that is no fact of ours, and why."""

    why: str


def encode(fact: Fact) -> str:
    """Return `fact` as one line of ASCII JSON, without the line's end."""
    line = {
        "v": VERSION,
        "run": fact.run,
        "job": fact.job,
        "attempt": fact.attempt,
        "body": CONVERTER.unstructure(fact.body, Body),
    }
    return json.dumps(line, separators=(",", ":"))


def decode(line: str) -> Fact | Unread:
    """Read a line back; `decode(encode(fact)) == fact` for every fact."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as fault:
        return Unread(why=f"not JSON: {fault}")
    unfit = _unfit(raw)
    return Unread(why=unfit) if unfit else _fact(raw)


def _unfit(raw: Json) -> str:
    """Say why a line cannot be one of our facts, before anything is built from it."""
    if not isinstance(raw, dict) or not isinstance(raw.get("body"), dict):
        return "not a fact"
    if raw.get("v") != VERSION:
        return f"version {raw.get('v')!r}, which another stackmatrix wrote"
    body = raw["body"]
    kind = body.get("kind") if isinstance(body, dict) else None
    return (
        ""
        if isinstance(kind, str) and kind in KINDS
        else f"unknown kind {kind!r}, which another stackmatrix wrote"
    )


def _fact(raw: dict[str, Any]) -> Fact | Unread:
    try:
        return Fact(
            run=int(raw["run"]),
            job=str(raw["job"]),
            attempt=int(raw["attempt"]),
            body=CONVERTER.structure(raw["body"], Body),  # type: ignore[arg-type]
        )
    except (BaseValidationError, KeyError, TypeError, ValueError) as fault:
        return Unread(why=f"a damaged {raw['body']['kind']}: {fault}")


def _is_json(kind: Any) -> bool:  # noqa: ANN401 - cattrs asks about every type there is
    """Whether `kind` is the alias `Json`, however deep its forward references were resolved."""
    return get_origin(kind) in (Union, UnionType) and {bool, int, float, str} <= set(get_args(kind))


def _as_it_stands(kind: Any) -> Callable[..., Json]:  # noqa: ANN401 - as above
    del kind
    return lambda value, *_: value


def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_structure_hook_factory(_is_json, _as_it_stands)
    converter.register_unstructure_hook_factory(_is_json, _as_it_stands)
    configure_tagged_union(Closure | Conflict, converter, tag_name="kind")
    configure_tagged_union(Body, converter, tag_name="kind")
    return converter


CONVERTER: Final = _converter()
