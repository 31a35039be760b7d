"""`mistral-common`: prompts and ids as Mistral's own models were taught, with tiny vocabularies."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

MISTRAL_COMMON = Plain(
    name="mistral-common",
    guest="mistral_common",
    asks=frozenset({"chat", "encode"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/mistralai/mistral-common",
    suite=("encode-mistral", "encode-mistral-text", "encode-mistral-calls"),
    beside=("sentencepiece",),
    model={"tekken": "tiny-tekken.json", "sentencepiece": "tiny-bpe.model.v3"},
)
