"""The `ollama` client for Node: what it sends, and what it makes of its server's answers."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

OLLAMA_NODE = Plain(
    name="ollama-node",
    guest="ollama_node",
    asks=frozenset({"replay_ollama"}),
    role=Role.CLIENT,
    source="npm",
    package="ollama",
    upstream="https://github.com/ollama/ollama-js",
    suite=("replay-ollama",),
)
