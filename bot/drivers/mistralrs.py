"""mistral.rs, called in its own process: from safetensors, and from GGUF with what that brings.

The two ways share little but the engine: the tokenizer and the chat template of a GGUF file are
made out of its own fields.
"""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.mistralrs_proof import from_gguf, from_safetensors
from bot.drivers.plain import Plain

_UPSTREAM = "https://github.com/EricLBuehler/mistral.rs"
_ASKS = frozenset({"chat", "encode", "engine", "neighbours", "scored"})
_SUITE = (
    "chat",
    "stream",
    "untrained",
    "encode",
    "options",
    "options-stream",
    "tools",
    "tools-stream",
    "reasoning",
    "reasoning-stream",
    "schema",
    "scored",
    "neighbours",
    "engine-constrain",
)

MISTRALRS = Plain(
    name="mistralrs",
    guest="mistralrs",
    asks=_ASKS,
    role=Role.ENGINE,
    upstream=_UPSTREAM,
    suite=_SUITE,
    model={
        "config": "config.json",
        "tokenizer": "tokenizer.json",
        "tokenizer_config": "tokenizer_config.json",
        "generation_config": "generation_config.json",
        "weights": "*.safetensors",
    },
    shows=from_safetensors,
)

MISTRALRS_GGUF = Plain(
    name="mistralrs-gguf",
    guest="mistralrs",
    package="mistralrs",
    asks=_ASKS,
    role=Role.ENGINE,
    upstream=_UPSTREAM,
    suite=_SUITE,
    model={"gguf": "*.gguf", "tokenizer": "tokenizer.json"},
    shows=from_gguf,
)
