"""A server that a user already runs and that speaks OpenAI's dialect, whoever made it.

Nothing is installed and nothing is pinned: `options` in matrix.yaml name its `url` and, where
they are needed, its `model` and the `api_key_variable` that holds its key. Others may use it too,
so what depends on who asked before (`neighbours`) is asked on demand only.
"""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

ENDPOINT = Plain(
    name="endpoint",
    guest="endpoint",
    asks=frozenset({"chat", "written", "scored", "wire", "neighbours", "encode"}),
    role=Role.ENGINE,
    upstream="",
    source="",
    suite=(
        "chat",
        "stream",
        "untrained",
        "written",
        "scored",
        "scored-stream",
        "tools",
        "tools-stream",
        "reasoning",
        "reasoning-stream",
        "schema",
        "schema-stream",
        "options",
        "options-stream",
        "errors",
    ),
)
