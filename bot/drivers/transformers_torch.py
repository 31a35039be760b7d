"""The `transformers` library with torch: the reference for whole answers. Big: it brings torch."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

TRANSFORMERS_TORCH = Plain(
    name="transformers-torch",
    package="transformers",
    guest="transformers_torch",
    asks=frozenset({"chat", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/huggingface/transformers",
    suite=("chat", "stream", "untrained", "transformers-generate"),
    big=True,
    beside=("torch", "jinja2"),
    model={
        "tokenizer": "tokenizer.json",
        "settings": "tokenizer_config.json",
        "config": "config.json",
        "weights": "*.safetensors",
    },
)
