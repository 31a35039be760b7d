"""OpenVINO GenAI, called in its own process on a CPU.

Which openvino and openvino-tokenizers come along is the resolver's choice, as it is a user's;
transformers is put beside because the tokenizer is converted with it.
"""

from __future__ import annotations

from bot.core.backends import CPU
from bot.core.model import Role
from bot.drivers.plain import Plain

OPENVINO_GENAI = Plain(
    name="openvino-genai",
    guest="openvino_genai",
    asks=frozenset({"chat", "encode", "engine", "neighbours", "scored"}),
    role=Role.ENGINE,
    upstream="https://github.com/openvinotoolkit/openvino.genai",
    suite=(
        "chat",
        "stream",
        "untrained",
        "encode",
        "options",
        "options-stream",
        "reasoning",
        "schema",
        "scored",
        "neighbours",
        "engine-batch",
        "engine-constrain",
        "engine-decode",
        "engine-history",
        "engine-limits",
        "engine-parsers",
        "engine-pieces",
        "engine-search",
        "engine-state",
    ),
    beside=("transformers<5",),
    backends=(CPU, "openvino-gpu", "openvino-npu"),
    model={
        "model": "openvino/openvino_model.xml",
        "weights": "openvino/openvino_model.bin",
        "config": "config.json",
        "tokenizer": "tokenizer.json",
        "tokenizer_config": "tokenizer_config.json",
        "generation_config": "generation_config.json",
    },
)
