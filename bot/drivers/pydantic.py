"""`pydantic`, whose schemas go into requests and whose reading makes values of answers."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

PYDANTIC = Plain(
    name="pydantic",
    guest="pydantic",
    asks=frozenset({"schema"}),
    role=Role.PARSER,
    upstream="https://github.com/pydantic/pydantic",
    suite=("replay-schema",),
)
