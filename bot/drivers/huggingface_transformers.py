"""`@huggingface/transformers`: template, tokenizer and engine in JavaScript, over ONNX.

It finds the folder of the model laid out as on the hub: settings at the top, the graph with its
weights in `onnx/model.onnx`.
"""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

HUGGINGFACE_TRANSFORMERS = Plain(
    name="huggingface-transformers",
    guest="huggingface_transformers",
    asks=frozenset({"chat", "encode", "render", "call", "engine"}),
    role=Role.ENGINE,
    source="npm",
    package="@huggingface/transformers",
    upstream="https://github.com/huggingface/transformers.js",
    suite=(
        "chat",
        "stream",
        "untrained",
        "options",
        "options-stream",
        "tools",
        "reasoning",
        "encode",
        "encode-kinds",
        "encode-patterns",
        "render",
        "render-constructs",
        "transformers-prompt",
        "transformers-ids",
        "transformers-load",
        "transformers-generate",
    ),
    model={"config": "config.json", "weights": "onnx/model.onnx"},
)
