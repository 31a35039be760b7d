"""llama.cpp in the wheel `xllamacpp`: an embedded server that speaks OpenAI's dialect."""

from __future__ import annotations

from bot.core.inside import Part
from bot.core.model import Role
from bot.drivers.plain import Plain
from bot.drivers.xllamacpp_proof import show

_SERVE = """import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = str(min(HERE.glob("*.gguf")))
params.port, params.n_ctx, params.n_parallel, params.n_gpu_layers = 0, 1024, 1, 0
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.use_jinja, params.warmup = True, False
params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
if hasattr(params, "fit_params"):
    params.fit_params = False
server = xllamacpp.Server(params)
base_url = server.listening_address
"""

_LLAMA_CPP = "https://github.com/ggml-org/llama.cpp"
_DATED = 4  # digits of the year that a wheel's version begins with


def _held(version: str) -> dict[str, Part]:
    """Name the llama.cpp of a wheel: since 2026.4 it is called after its day and that build.

    >>> _held("2026.5.9093")["llama.cpp"].commit, _held("0.2.14")
    ('b9093', {})
    """
    parts = version.split(".")
    dated = len(parts[0]) == _DATED and len(parts) > 2  # noqa: PLR2004 - year, month, build
    return {"llama.cpp": Part(repo=_LLAMA_CPP, commit=f"b{parts[2]}")} if dated else {}


XLLAMACPP = Plain(
    name="xllamacpp",
    guest="llama_cpp",
    asks=frozenset({"chat", "scored", "wire", "encode", "render", "neighbours"}),
    role=Role.ENGINE,
    upstream="https://github.com/xorbitsai/xllamacpp",
    suite=(
        "chat",
        "stream",
        "untrained",
        "encode",
        "render",
        "options",
        "options-stream",
        "tools",
        "tools-stream",
        "schema",
        "schema-stream",
        "reasoning",
        "reasoning-stream",
        "scored",
        "scored-stream",
        "errors",
        "endpoints",
        "envelope",
        "neighbours",
    ),
    model={"model": "*.gguf"},
    serving=_SERVE,
    shows=show,
    holds=_held,
)
