# /// script
# requires-python = "==3.11.*"
# dependencies = []
# ///
"""xllamacpp 2026.9.10809 -> 2026.9.11063: another answer at text
fails (exit 1):  uv run --python 3.11 --with xllamacpp==2026.9.10809 repro.py
passes (exit 0): uv run --python 3.11 --with xllamacpp==2026.9.11063 repro.py
"""

import hashlib
import json
import pathlib
import urllib.request
import xllamacpp

HERE = pathlib.Path(__file__).parent
digest = hashlib.sha256((HERE / "tiny-chat.gguf").read_bytes()).hexdigest()
assert digest == "28bb336fb53f6c5fec81ab886cffd1cbae376952f26028119365e0d5c2d74149", "another tiny-chat.gguf"
REQUEST = {'temperature': 0, 'seed': 0, 'messages': [{'role': 'user', 'content': 'old aloud.'}]}

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


asked = {'temperature': 0, 'seed': 0, 'n_predict': 256, 'cache_prompt': False, 'return_tokens': True, 'n_probs': 5}
asked["prompt"] = post("/apply-template", REQUEST)["prompt"]
answer = post("/completion", asked)
seen = answer["content"]

EXPECTED = 'The file says: caf� au lait, na�ve.'
if seen != EXPECTED:
    raise SystemExit(f"seen:     {seen!r}\nexpected: {EXPECTED!r}")
print("as expected")
