"""`partial-json-parser`, asked for the value of broken and unfinished JSON."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.parsed import parsing
from bot.drivers.plain import Plain

_READ = """import partial_json_parser


def whole(text):
    kinds = ("ALL", "COLLECTION", "STR", "NUM", "ATOM", "OBJ", "ARR")
    allow = partial_json_parser.Allow
    known = [name for name in kinds if hasattr(allow, name)]
    loads = partial_json_parser.loads
    found = {name: tried(loads, text, getattr(allow, name)) for name in known}
    found["default"] = loads(text)
    if hasattr(partial_json_parser, "ensure_json"):
        found["text"] = tried(partial_json_parser.ensure_json, text)
    return found


def parts(texts):
    return [tried(partial_json_parser.loads, text) for text in texts]
"""

PARTIAL_JSON_PARSER = Plain(
    name="partial-json-parser",
    guest="partial_json_parser",
    asks=frozenset({"parse"}),
    role=Role.PARSER,
    upstream="https://github.com/promplate/partial-json-parser",
    suite=("parse",),
    shows=parsing(_READ),
)
