"""`xgrammar`, over the tokens of the model; it brings torch along, so it is run on demand.

Which torch, and how to get one for the processor: see `drivers/transformers_torch.py`.
"""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

XGRAMMAR = Plain(
    name="xgrammar",
    guest="xgrammar",
    asks=frozenset({"grammar"}),
    role=Role.GRAMMAR,
    upstream="https://github.com/mlc-ai/xgrammar",
    suite=("grammar",),
    model={"tokenizer": "tokenizer.json"},
    big=True,
)
