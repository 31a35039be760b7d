"""llama.cpp in the npm package `node-llama-cpp`, from its prebuilt package for each backend.

The package wants prebuilt parts for every processor and graphics card as optional ones, half a
gigabyte of them: the one for this machine and backend is named, and the others are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.backends import CPU
from bot.core.model import Role
from bot.drivers.plain import Plain
from bot.effects.npm import here


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prebuilt(Plain):
    """A driver whose engine lies in a package of its own, one for each kind of machine."""

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The exact pin, the part for this machine at the same version, and nothing optional."""
        system, processor, _ = here()
        kind = {"darwin": "mac", "win32": "win"}.get(system, system)
        what = "" if self.backend == CPU else f"-{self.backend}"
        part = f"@node-llama-cpp/{kind}-{processor}{what}"
        return (f"{package}=={version}", f"{part}=={version}", "--omit=optional")


NODE_LLAMA_CPP = _Prebuilt(
    name="node-llama-cpp",
    guest="node_llama_cpp",
    asks=frozenset({"chat", "encode"}),
    role=Role.ENGINE,
    source="npm",
    package="node-llama-cpp",
    upstream="https://github.com/withcatai/node-llama-cpp",
    suite=(
        "chat",
        "stream",
        "untrained",
        "encode",
        "options",
        "options-stream",
        "tools",
        "tools-stream",
        "schema",
        "schema-stream",
        "reasoning",
        "reasoning-stream",
    ),
    model={"model": "*.gguf"},
    backends=(CPU, "vulkan", "cuda", "metal"),
)
