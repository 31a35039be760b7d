# /// script
# requires-python = "==3.11.*"
# dependencies = []
# ///
"""xllamacpp 2026.4.8672.1 -> 2026.4.8929: another answer at message
fails (exit 1):  uv run --python 3.11 --with xllamacpp==2026.4.8672.1 repro.py
passes (exit 0): uv run --python 3.11 --with xllamacpp==2026.4.8929 repro.py
a server alone: curl -s "$BASE_URL/v1/chat/completions" -H "Content-Type: application/json" -d '{"model": "tiny-chat", "temperature": 0, "seed": 0, "messages": [{"role": "user", "content": "What is the weather in Paris and Rome?"}], "tools": [{"type": "function", "function": {"name": "get_weather"}}]}'
"""

import hashlib
import json
import pathlib
import urllib.request
import xllamacpp

HERE = pathlib.Path(__file__).parent
digest = hashlib.sha256((HERE / "tiny-chat.gguf").read_bytes()).hexdigest()
assert digest == "28bb336fb53f6c5fec81ab886cffd1cbae376952f26028119365e0d5c2d74149", "another tiny-chat.gguf"
REQUEST = json.loads(r'''{"temperature": 0, "seed": 0, "messages": [{"role": "user", "content": "What is the weather in Paris and Rome?"}], "tools": [{"type": "function", "function": {"name": "get_weather"}}]}''')

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


def post(path, body):
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(base_url + path, json.dumps(body).encode(), headers)
    return json.load(urllib.request.urlopen(asked, timeout=60))


answer = post("/v1/chat/completions", {"model": "tiny-chat", **REQUEST})
choice = answer["choices"][0]
said = choice.get("message") or {}
calls = [call.get("function") or {} for call in said.get("tool_calls") or []]
calls = [(call.get("name"), json.loads(call["arguments"])) for call in calls]
seen = {
    "tool_calls": [{"name": name, "arguments": told} for name, told in calls],
}

EXPECTED = json.loads(r'''{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_weather", "arguments": {"city": "Rome"}}]}''')
if seen != EXPECTED:
    raise SystemExit(f"seen:     {seen!r}\nexpected: {EXPECTED!r}")
print("as expected")
