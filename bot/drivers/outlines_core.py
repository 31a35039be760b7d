"""`outlines-core`, over the tokens of the model: the regular expressions of JSON schemas."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

OUTLINES_CORE = Plain(
    name="outlines-core",
    guest="outlines_core",
    asks=frozenset({"grammar"}),
    role=Role.GRAMMAR,
    upstream="https://github.com/dottxt-ai/outlines-core",
    suite=("grammar",),
    model={"tokenizer": "tokenizer.json"},
)
