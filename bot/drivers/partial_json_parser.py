"""`partial-json-parser`, asked for the value of broken and unfinished JSON."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

PARTIAL_JSON_PARSER = Plain(
    name="partial-json-parser",
    guest="partial_json_parser",
    asks=frozenset({"parse"}),
    role=Role.PARSER,
    upstream="https://github.com/promplate/partial-json-parser",
    suite=("parse",),
)
