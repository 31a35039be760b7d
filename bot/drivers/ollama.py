"""The `ollama` client: what it sends, and what it makes of its server's recorded answers."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

OLLAMA = Plain(
    name="ollama",
    guest="ollama",
    asks=frozenset({"replay_ollama", "schema_ollama"}),
    role=Role.CLIENT,
    upstream="https://github.com/ollama/ollama-python",
    suite=("replay-ollama", "replay-schema-ollama"),
)
