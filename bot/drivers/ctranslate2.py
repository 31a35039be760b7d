"""CTranslate2, called in the process, over the model's conversion to its format."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

CTRANSLATE2 = Plain(
    name="ctranslate2",
    guest="ctranslate2",
    asks=frozenset({"chat", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/OpenNMT/CTranslate2",
    suite=(
        "chat",
        "stream",
        "untrained",
        "engine-batch",
        "engine-search",
        "engine-state",
        "engine-tokens",
        "engine-limits",
    ),
    model={"model": "ct2"},
)
