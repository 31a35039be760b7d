"""`pydantic-ai` with a model of OpenAI's form: its tools, its outputs, and what it asks again."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

PYDANTIC_AI = Plain(
    name="pydantic-ai",
    guest="pydantic_ai",
    asks=frozenset({"replay", "schema"}),
    role=Role.HARNESS,
    upstream="https://github.com/pydantic/pydantic-ai",
    suite=("replay", "replay-odd", "replay-errors", "replay-schema"),
    package="pydantic-ai-slim",
    beside=("openai",),
)
