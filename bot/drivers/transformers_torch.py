"""The `transformers` library with torch: the reference for whole answers. Big: it brings torch.

For Linux, PyPI has only torch for CUDA, gigabytes of it. Cells take one for the processor where
uv is told of it; such a build counts as newer than the same release of PyPI, and no cutoff hides
it. This holds for all big drivers:

    UV_FIND_LINKS=https://download.pytorch.org/whl/cpu/torch/ stackmatrix diff xgrammar OLD NEW

A folder of wheels will do as well; where its torch is not the newest, add `--with torch==VERSION`.
"""

from __future__ import annotations

from bot.core.backends import CPU
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
    backends=(CPU, "cuda", "rocm", "metal"),
)
