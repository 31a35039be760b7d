r"""A Dockerfile beside a proof, where it fails of what no Python package brings.

A shared library that is missing, a C library that is too old, an instruction or a device that is
not there: whether such a proof fails depends on the machine, so the machine is written down too.

>>> needs("failed: exception: ImportError: libgomp.so.1: cannot open shared object file: No such")
'the shared library libgomp.so.1'
>>> needs("failed: exception: KeyError: 'price'")
''
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection

from bot.core.proof import Proof, commands

IMAGE = "debian:bookworm-slim"
_LIBRARY = re.compile(r"\b(lib[\w.+-]+\.so[\w.]*): cannot open shared object file")
_SYMBOLS = re.compile(r"version [`'](GLIBC(?:XX)?_[\w.<>]+)' not found")
_WORDS = (
    (re.compile(r"SIGILL|illegal instruction", re.IGNORECASE), "the processor's instructions"),
    (re.compile(r"\b(cuda|nvidia|libcuda|nvml)\b", re.IGNORECASE), "a device for CUDA"),
    (re.compile(r"\b(vulkan|hip|rocm|sycl)\b.*\bdevice", re.IGNORECASE), "a device"),
)


def needs(signature: str) -> str:
    """Return what of a machine a failure is about, in a few words; nothing where it is not."""
    if not signature.startswith("failed:"):
        return ""
    if found := _LIBRARY.search(signature):
        return f"the shared library {found[1]}"
    if found := _SYMBOLS.search(signature):
        return f"symbols of {found[1]}"
    return next((word for pattern, word in _WORDS if pattern.search(signature)), "")


def dockerfile(proof: Proof, signature: str, beside: Collection[str]) -> str:
    """Return the machine of a proof as a Dockerfile, or nothing where it does not matter.

    None is written either where packages come from a folder of this machine.
    """
    what = needs(signature)
    local = any(word.startswith(("/", ".", "file:")) for word in proof.index)
    if not what or local:
        return ""
    fails, passes = commands(proof)
    files = " ".join(sorted({"repro.py", *beside}))
    return (
        f"# {proof.title}\n"
        f"# It is about {what}: what else is installed decides whether it fails.\n"
        "#   docker build --tag repro . && docker run --rm repro    fails (exit 1)\n"
        f"#   docker run --rm repro {passes}    passes (exit 0)\n"
        f"FROM {IMAGE}\n"
        "RUN apt-get update && apt-get install --yes --no-install-recommends"
        " ca-certificates python3-venv \\\n"
        "    && python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir uv"
        f" && /opt/uv/bin/uv python install {proof.interpreter}\n"
        "ENV PATH=/opt/uv/bin:$PATH\n"
        "WORKDIR /repro\n"
        f"COPY {files} ./\n"
        f"CMD {_words(fails)}\n"
    )


def _words(line: str) -> str:
    """Return a command line as the list of words that a Dockerfile takes without a shell."""
    return json.dumps(shlex.split(line))
