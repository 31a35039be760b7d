"""`langchain-openai`: how the harness writes chats, tools and schemas, and what it reads."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

LANGCHAIN_OPENAI = Plain(
    name="langchain-openai",
    guest="langchain_openai",
    asks=frozenset({"replay", "schema"}),
    role=Role.HARNESS,
    upstream="https://github.com/langchain-ai/langchain",
    suite=("replay", "replay-odd", "replay-errors", "replay-requests", "replay-schema"),
)
