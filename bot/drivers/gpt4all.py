"""GPT4All, called in the process, over the model's GGUF file."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

GPT4ALL = Plain(
    name="gpt4all",
    guest="gpt4all",
    asks=frozenset({"chat", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/nomic-ai/gpt4all",
    suite=("chat", "stream", "engine-search", "engine-state", "engine-limits"),
    model={"model": "*.gguf"},
)
