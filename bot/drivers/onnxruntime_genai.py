"""onnxruntime-genai, called in the process, over the model's export to ONNX."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

ONNXRUNTIME_GENAI = Plain(
    name="onnxruntime-genai",
    guest="onnxruntime_genai",
    asks=frozenset({"chat", "encode", "render", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/microsoft/onnxruntime-genai",
    suite=(
        "chat",
        "stream",
        "untrained",
        "encode",
        "render",
        "engine-batch",
        "engine-search",
        "engine-constrain",
        "engine-state",
        "engine-pieces",
        "engine-decode",
        "engine-limits",
    ),
    model={"model": "onnx"},
)
