"""`json-repair`, asked for the value of broken and unfinished JSON."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

JSON_REPAIR = Plain(
    name="json-repair",
    guest="json_repair",
    asks=frozenset({"parse"}),
    role=Role.PARSER,
    upstream="https://github.com/mangiucugna/json_repair",
    suite=("parse",),
)
