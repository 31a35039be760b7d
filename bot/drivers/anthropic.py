"""The `anthropic` client, which local engines serve too: recorded messages, whole and streamed."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

ANTHROPIC = Plain(
    name="anthropic",
    guest="anthropic",
    asks=frozenset({"replay_anthropic"}),
    role=Role.CLIENT,
    upstream="https://github.com/anthropics/anthropic-sdk-python",
    suite=("replay-anthropic",),
)
