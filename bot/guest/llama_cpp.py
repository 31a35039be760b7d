"""llama.cpp inside its Python wheel `xllamacpp`: an embedded server, asked over HTTP.

The wrapper's parameters were renamed between 0.2 and 2026.10; each name is tried as it is found.
Some releases refuse to tell an answer that is not UTF-8. The endpoint tells ids and text in one
answer, and its stream leaves out ids of half characters, so the refusal is told at `text`.
"""

import os

import xllamacpp
from guest import http_client
from guest.wire import NOT_EXPOSED

LINKS = frozenset({"prompt", "prompt_ids", "logprobs", "output_ids", "text"})
TOP = 5  # candidates told at each generated token
RUNNING = {}


def start(setup, chain):
    """Load the model at `setup["model"]` and serve it; returns versions and devices."""
    RUNNING["server"] = xllamacpp.Server(_parameters(setup))
    chain.base_url = RUNNING["server"].listening_address
    chain.model = os.path.splitext(os.path.basename(setup["model"]))[0]
    return {
        "xllamacpp": getattr(xllamacpp, "__version__", ""),
        "build": str(getattr(xllamacpp, "BUILD_INFO", "")),
        "system": str(xllamacpp.get_system_info()),
        "devices": repr(xllamacpp.get_device_info()),
    }


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
    """Let the server go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of a chat that only the engine sees."""
    return LINKS if ask == "chat" else frozenset()


def show(link, probe, chain):
    """Ask the engine about the request that the client put on the wire."""
    return SHOWN[link](probe, chain)


def _post(probe, chain, path, body):
    return http_client.post(chain.base_url, path, body, probe["seconds"] / 2)


def _prompt(probe, chain):
    return _post(probe, chain, "/apply-template", chain.client(probe, chain))["prompt"]


def _prompt_ids(probe, chain):
    body = {"content": chain.value("prompt", probe), "add_special": False, "parse_special": True}
    return _post(probe, chain, "/tokenize", body)["tokens"]


def _completion(probe, chain, **options):
    wire = chain.client(probe, chain)
    body = {name: wire[name] for name in ("temperature", "seed", "stop") if name in wire}
    body.update(prompt=chain.value("prompt", probe), cache_prompt=False, **options)
    body["n_predict"] = wire.get("max_tokens", wire.get("max_completion_tokens", 256))
    return body


def _logprobs(probe, chain):
    """Return `[{"id", "logprob", "top": [[id, logprob], ...]}]`, one for each generated token."""
    body = _completion(probe, chain, n_probs=TOP)
    told = _post(probe, chain, "/completion", body)["completion_probabilities"]
    return [
        {
            "id": each["id"],
            "logprob": each["logprob"],
            "top": [[top["id"], top["logprob"]] for top in each["top_logprobs"]],
        }
        for each in told
    ]


def _output_ids(probe, chain):
    body = _completion(probe, chain, return_tokens=True)
    try:
        return _post(probe, chain, "/completion", body)["tokens"]
    except http_client.Refused:
        if "text" not in probe["links"]:
            raise
        return NOT_EXPOSED


def _text(probe, chain):
    return _post(probe, chain, "/completion", _completion(probe, chain))["content"]


SHOWN = {
    "prompt": _prompt,
    "prompt_ids": _prompt_ids,
    "logprobs": _logprobs,
    "output_ids": _output_ids,
    "text": _text,
}
