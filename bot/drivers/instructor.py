"""`instructor` over the openai client: models as tools or as JSON, and what it asks again."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

INSTRUCTOR = Plain(
    name="instructor",
    guest="instructor",
    asks=frozenset({"schema"}),
    role=Role.HARNESS,
    upstream="https://github.com/567-labs/instructor",
    suite=("replay-schema",),
)
