"""llama.cpp in the wheel `xllamacpp`: an embedded server that speaks OpenAI's dialect."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.answers import MESSAGE, USAGE
from bot.drivers.plain import Plain

_SERVE = """import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = str(min(HERE.glob("*.gguf")))
params.port, params.n_ctx, params.n_parallel, params.n_gpu_layers = 0, 1024, 1, 0
params.use_jinja, params.warmup = True, False
params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
if hasattr(params, "fit_params"):
    params.fit_params = False
server = xllamacpp.Server(params)
base_url = server.listening_address
"""

_POST = """import urllib.request


def post(path, body):
    asked = urllib.request.Request(
        base_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)


"""

_ANSWER = """answer = post("/v1/chat/completions", REQUEST)
"""

_PROMPT = """prompt = post("/apply-template", REQUEST)["prompt"]
"""

_COMPLETION = """asked = {"prompt": prompt, "cache_prompt": False}
asked.update(return_tokens=True, n_probs=5)
asked["n_predict"] = REQUEST.get("max_tokens", 256)
asked["temperature"] = REQUEST.get("temperature", 0)
"""

_SEEN = {
    Link.PROMPT: _PROMPT + "seen = prompt\n",
    Link.PROMPT_IDS: _PROMPT
    + """body = {"content": prompt, "add_special": False, "parse_special": True}
seen = post("/tokenize", body)["tokens"]
""",
    Link.OUTPUT_IDS: _PROMPT
    + _COMPLETION
    + """seen = post("/completion", asked)["tokens"]
""",
    Link.TEXT: _PROMPT
    + _COMPLETION
    + """seen = post("/completion", asked)["content"]
""",
    Link.LOGPROBS: _PROMPT
    + _COMPLETION
    + """seen = [
    {
        "id": each["id"],
        "logprob": each["logprob"],
        "top": [[top["id"], top["logprob"]] for top in each["top_logprobs"]],
    }
    for each in post("/completion", asked)["completion_probabilities"]
]
""",
    Link.MESSAGE: _ANSWER + MESSAGE,
    Link.USAGE: _ANSWER + USAGE,
}


def _show(probe: Probe, link: Link) -> str:
    """What the engine shows of a chat, by plain HTTP; a client is not needed.

    A plain request cannot show what is wrong with a stream: of one, only what comes before.
    """
    request = probe.request if isinstance(probe.request, dict) else {}
    hidden = request.get("stream") and link in {Link.MESSAGE, Link.USAGE}
    if probe.ask != "chat" or hidden or link not in _SEEN:
        return ""
    return _POST + _SEEN[link]


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
    shows=_show,
)
