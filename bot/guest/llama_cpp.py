"""llama.cpp inside its Python wheel `xllamacpp`: an embedded server, asked over HTTP.

The wrapper's parameters were renamed between 0.2 and 2026.10; each name is tried as it is found.
Since 2026.4 a wheel is named after its day and the build of llama.cpp in it, and tells no other.
"""

import os

import xllamacpp
from guest import http_client, llama_http

DATED = 4  # digits of the year that a wheel's version begins with
PATIENCE = 60  # seconds for the first token
TEMPLATES = 32  # servers that stay, each with a template of its own: 5 MB and 6 threads
RUNNING = {}
SET = {}


def start(setup, chain):
    """Load the model at `setup["model"]` and serve it; returns versions and devices."""
    SET.clear()
    SET.update(setup)
    RUNNING["server"] = _awake(_parameters(setup))
    RUNNING["beside"] = llama_http.Servers(_opened, TEMPLATES)
    chain.base_url = RUNNING["server"].listening_address
    chain.model = os.path.splitext(os.path.basename(setup["model"]))[0]
    version = getattr(xllamacpp, "__version__", "")
    info = getattr(xllamacpp, "BUILD_INFO", None)
    return {
        "xllamacpp": version,
        "llama.cpp": _build(version, info if isinstance(info, dict) else {}),
        "build": str(info or ""),
        "system": str(xllamacpp.get_system_info()),
        "devices": repr(xllamacpp.get_device_info()),
    }


def _build(version, info):
    """Name the build of llama.cpp: `b7827 16639ba21`, or what the wheel's own name says of it."""
    if info.get("build_number"):
        return "b{} {}".format(info["build_number"], info.get("commit", "")).strip()
    parts = version.split(".")
    dated = len(parts[0]) == DATED and len(parts) > 2  # noqa: PLR2004 - year, month, build
    return "b{} (by the wheel's version)".format(parts[2]) if dated else ""


def _opened(parallel=1, context=0, template=""):
    """Start a server beside the one of the stack; returns its address and how to let it go."""
    told = _parameters(SET)
    told.n_parallel = parallel
    told.n_ctx = context or told.n_ctx
    if template:
        told.chat_template = template
    held = [_awake(told)]
    return held[0].listening_address, held.clear


def _awake(told):
    """Start a server and have one token of it: one let go before its loop runs never ends."""
    server = xllamacpp.Server(told)
    body = b'{"prompt": "a", "n_predict": 1}'
    http_client.exchange(server.listening_address, "POST", "/completion", body, PATIENCE)
    return server


def _parameters(setup):
    """One slot, one thread by default, float32 attention: the same sums in every release."""
    told = xllamacpp.CommonParams()
    told.model.path = setup["model"]
    if hasattr(told, "hostnames"):
        told.hostnames = ["127.0.0.1"]
    else:
        told.hostname = "127.0.0.1"
    told.port = 0
    told.n_ctx = setup.get("context", 1024)
    told.n_parallel = 1
    told.n_gpu_layers = setup.get("gpu_layers", 0)
    told.cpuparams.n_threads = told.cpuparams_batch.n_threads = setup.get("threads", 1)
    told.warmup = False
    told.use_jinja = True
    if hasattr(told, "fit_params"):
        told.fit_params = False
    if setup.get("exact", True):
        told.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        told.cache_type_k = told.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    return told


def stop():
    """Let the servers go."""
    if "beside" in RUNNING:
        RUNNING["beside"].stop()
    RUNNING.clear()


def answers(ask):
    """Name the links that only the engine sees."""
    return llama_http.answers(ask)


def show(link, probe, chain):
    """Ask the engine; see `guest/llama_http.py`."""
    return llama_http.show(link, probe, chain, RUNNING["beside"])
