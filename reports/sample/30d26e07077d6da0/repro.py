# /// script
# requires-python = "==3.11.*"
# dependencies = []
# ///
"""mistralrs 0.9.4 -> 0.9.5: another answer at message
fails (exit 1):  uv run --python 3.11 --with mistralrs==0.9.5 repro.py
passes (exit 0): uv run --python 3.11 --with mistralrs==0.9.4 repro.py
"""

import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
FILES = {
    "config.json": "4d62d49f7e140cfc148087d3b5042c7bb9407d751f893467985b734a8f7c5262",
    "tokenizer.json": "1dc56d03390b8a1527b566620b19aa38d5763f69d7e6df59791f726714c2f16e",
    "tokenizer_config.json": "7542cd48203f88d398ff47b62a28ceda7f52f9ae84fb687ec5b145322d4dde2d",
    "generation_config.json": "47e8105dde51c5d776aa0ceee2afd5157e84b5debab9e160bd333af37f11759d",
    "model.safetensors": "a6f052848a9611211eb1ed237e7094f2c2d4c2117a1a3664319e4973b4b5d24c",
}
for name, digest in FILES.items():
    if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:
        raise SystemExit(f"another {name}")
REQUEST = json.loads(r'''{"temperature": 0, "seed": 0, "messages": [{"role": "user", "content": "and Rome?"}], "tools": [{"type": "function", "function": {"name": "get_weather", "description": "", "parameters": {"type": "object", "properties": {}, "required": []}}}]}''')

import os
os.environ.setdefault("RAYON_NUM_THREADS", "1")
import mistralrs

dtype = mistralrs.ModelDType.F32
runner = mistralrs.Runner(mistralrs.Which.Plain(str(HERE), mistralrs.Architecture.Llama, dtype=dtype))
words = {
    "temperature": REQUEST["temperature"],
    "tool_schemas": [json.dumps(tool, ensure_ascii=False) for tool in REQUEST["tools"]],
}
asked = mistralrs.ChatCompletionRequest(model="default", messages=REQUEST["messages"], **words)
answer = runner.send_chat_completion_request(asked)
choices = []
for each in answer.choices:
    said = {name: getattr(each.message, name, None) for name in ['role', 'content']}
    for at, call in enumerate(getattr(each.message, "tool_calls", None) or []):
        told = {"name": call.function.name, "arguments": call.function.arguments}
        told = {"index": getattr(call, "index", at), "function": told}
        said.setdefault("tool_calls", []).append(told)
    choices.append({"index": each.index, "message": said, "finish_reason": each.finish_reason})
answer = {"choices": choices}
choice = answer["choices"][0]
said = choice.get("message") or {}
calls = [call.get("function") or {} for call in said.get("tool_calls") or []]
calls = [(call.get("name"), json.loads(call["arguments"])) for call in calls]
seen = {
    "tool_calls": [{"name": name, "arguments": told} for name, told in calls],
}

EXPECTED = json.loads(r'''{"tool_calls": [{"name": "get_weather", "arguments": {}}, {"name": "get_weather", "arguments": {}}, {"name": "get_weather", "arguments": {}}, {"name": "get_weather", "arguments": {}}, {"name": "get_weather", "arguments": {}}]}''')
if seen != EXPECTED:
    raise SystemExit(f"seen:     {seen!r}\nexpected: {EXPECTED!r}")
print("as expected")
