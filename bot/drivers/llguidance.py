"""`llguidance`, over the tokens of the model: schemas, patterns and Lark grammars."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

LLGUIDANCE = Plain(
    name="llguidance",
    guest="llguidance",
    asks=frozenset({"grammar"}),
    role=Role.GRAMMAR,
    upstream="https://github.com/guidance-ai/llguidance",
    suite=("grammar",),
    model={"tokenizer": "tokenizer.json"},
)
