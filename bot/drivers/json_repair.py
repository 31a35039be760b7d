"""`json-repair`, asked for the value of broken and unfinished JSON."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.parsed import parsing
from bot.drivers.plain import Plain

_READ = """import json_repair


def whole(text):
    return {
        "value": json_repair.loads(text),
        "text": json_repair.repair_json(text),
        "letters": json_repair.repair_json(text, ensure_ascii=False),
    }


def parts(texts):
    return [json_repair.loads(text) for text in texts]
"""

JSON_REPAIR = Plain(
    name="json-repair",
    guest="json_repair",
    asks=frozenset({"parse"}),
    role=Role.PARSER,
    upstream="https://github.com/mangiucugna/json_repair",
    suite=("parse",),
    shows=parsing(_READ),
)
