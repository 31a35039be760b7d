"""llama.cpp's own `llama-server`, a program by its path: nothing is installed.

`options` in matrix.yaml: `server` (its path) and, where it matters, `sha256`; also `threads`,
`context`, `gpu_layers` and `arguments` (a list, handed on as it stands). Two programs are compared
by their paths, in the place of versions.
"""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain
from bot.drivers.xllamacpp import XLLAMACPP

LLAMA_SERVER = Plain(
    name="llama-server",
    guest="llama_server",
    asks=XLLAMACPP.asks,
    role=Role.ENGINE,
    upstream="https://github.com/ggml-org/llama.cpp",
    source="",
    suite=XLLAMACPP.suite,
    model={"model": "*.gguf"},
)
