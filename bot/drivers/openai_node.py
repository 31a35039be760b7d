"""The `openai` client for Node: what it sends, and what it makes of a recorded answer."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

OPENAI_NODE = Plain(
    name="openai-node",
    guest="openai_node",
    asks=frozenset({"replay", "replay_openai"}),
    role=Role.CLIENT,
    source="npm",
    package="openai",
    upstream="https://github.com/openai/openai-node",
    suite=("replay", "replay-odd", "replay-errors", "replay-requests", "replay-openai"),
)
