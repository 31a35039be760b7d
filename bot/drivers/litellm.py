"""`litellm`, which speaks to engines in the forms of several."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

LITELLM = Plain(
    name="litellm",
    guest="litellm",
    asks=frozenset({"replay", "replay_anthropic", "replay_ollama", "schema"}),
    role=Role.CLIENT,
    upstream="https://github.com/BerriAI/litellm",
    suite=(
        "replay",
        "replay-odd",
        "replay-errors",
        "replay-requests",
        "replay-anthropic",
        "replay-ollama",
        "replay-schema",
    ),
)
