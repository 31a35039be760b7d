"""onnxruntime-genai, called in the process, over the model's export to ONNX."""

from __future__ import annotations

from textwrap import indent

from bot.core.model import Link, Probe, Role
from bot.drivers.encoding import TEXT
from bot.drivers.folder import Folder, known

_LOAD = """import numpy
import onnxruntime_genai

model = onnxruntime_genai.Model(str(HERE))
tokenizer = onnxruntime_genai.Tokenizer(model)
"""
_RENDER = """told = {{"messages": json.dumps(REQUEST["messages"]), "add_generation_prompt": True}}
{tools}prompt = tokenizer.apply_chat_template(**told)
"""
_TOOLS = """told["tools"] = json.dumps(REQUEST["tools"])
"""
_KNOWN = """if hasattr(tokenizer, "apply_chat_template"):
{render}else:
    prompt = {prompt!r}
"""
_IDS = """ids = [int(each) for each in tokenizer.encode(prompt)]
"""
_OPEN = """limit = REQUEST.get("max_tokens", REQUEST.get("max_completion_tokens", 256))
params = onnxruntime_genai.GeneratorParams(model)
params.set_search_options(max_length=min(1024, len(ids) + limit))
if hasattr(onnxruntime_genai.Generator, "append_tokens"):
    generator = onnxruntime_genai.Generator(model, params)
    generator.append_tokens(numpy.array(ids, dtype=numpy.int32))
else:
    params.input_ids = numpy.array([ids], dtype=numpy.int32)
    generator = onnxruntime_genai.Generator(model, params)
"""
_GENERATE = """made = []
while not generator.is_done():
    if hasattr(generator, "compute_logits"):
        generator.compute_logits()
    generator.generate_next_token()
    made.append(int(generator.get_next_tokens()[0]))
"""
_LOGPROBS = """seen = []
while not generator.is_done():
    if hasattr(generator, "compute_logits"):
        generator.compute_logits()
    row = numpy.array(generator.get_logits(), dtype=numpy.float64)
    row = row.reshape(-1, row.shape[-1])[-1]
    row = row - row.max() - numpy.log(numpy.exp(row - row.max()).sum())
    generator.generate_next_token()
    chosen = int(generator.get_next_tokens()[0])
    best = numpy.argsort(-row, kind="stable")[:5]
    top = [[int(each), float(row[each])] for each in best]
    seen.append({"id": chosen, "logprob": float(row[chosen]), "top": top})
"""
_DECODE = "seen = tokenizer.decode(numpy.array({ids}, dtype=numpy.int32))\n"
_STREAM = """stream = tokenizer.create_stream()
pieces = [stream.decode(each) for each in made]
seen = [{"choices": [{"index": 0, "delta": {"content": each}}]} for each in pieces]
"""
_CHAT = {
    Link.PROMPT: "seen = prompt\n",
    Link.PROMPT_IDS: _IDS + "seen = ids\n",
    Link.LOGPROBS: _IDS + _OPEN + _LOGPROBS,
    Link.OUTPUT_IDS: _IDS + _OPEN + _GENERATE + "seen = made\n",
    Link.TEXT: _IDS + _OPEN + _GENERATE + _DECODE.format(ids="made"),
    Link.STREAM: _IDS + _OPEN + _GENERATE + _STREAM,
}
_ENCODE = """ids = [int(each) for each in tokenizer.encode(text)]
"""
_TEMPLATE = """context = REQUEST["context"]
told = {
    "messages": json.dumps(context["messages"]),
    "add_generation_prompt": bool(context.get("add_generation_prompt")),
    "template_str": REQUEST["source"],
}
if context.get("tools") is not None:
    told["tools"] = json.dumps(context["tools"])
try:
    seen = tokenizer.apply_chat_template(**told)
except RuntimeError as error:
    seen = {"error": str(error).partition(" at row ")[0]}
"""


def _show(probe: Probe, link: Link) -> str:
    """The links of a chat, of an encoding, and of a template that brings itself."""
    if probe.ask == "chat":
        return _chat(probe, link)
    if probe.ask == "render":
        return _LOAD + _TEMPLATE if link is Link.PROMPT else ""
    return _encode(probe, link) if probe.ask == "encode" else ""


def _chat(probe: Probe, link: Link) -> str:
    streamed = isinstance(probe.request, dict) and probe.request.get("stream")
    if link not in _CHAT or (link is Link.STREAM and not streamed):
        return ""
    prompt = known(probe, Link.PROMPT)
    if dict(probe.given).get(Link.PROMPT) is not None:
        return _LOAD + f"prompt = {prompt!r}\n" + _CHAT[link]
    tools = isinstance(probe.request, dict) and "tools" in probe.request
    render = _RENDER.format(tools=_TOOLS * tools)
    if prompt is None or link is Link.PROMPT:
        return _LOAD + render + _CHAT[link]
    return _LOAD + _KNOWN.format(render=indent(render, "    "), prompt=prompt) + _CHAT[link]


def _encode(probe: Probe, link: Link) -> str:
    if link not in {Link.PROMPT_IDS, Link.TEXT} or not isinstance(probe.request, dict):
        return ""
    if link is Link.TEXT and "ids" in probe.request:
        return _LOAD + _DECODE.format(ids='REQUEST["ids"]')
    seen = "seen = ids\n" if link is Link.PROMPT_IDS else _DECODE.format(ids="ids")
    return "import base64\n\n" + _LOAD + TEXT + _ENCODE + seen


ONNXRUNTIME_GENAI = Folder(
    name="onnxruntime-genai",
    guest="onnxruntime_genai",
    asks=frozenset({"chat", "encode", "render", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/microsoft/onnxruntime-genai",
    suite=(
        "chat",
        "stream",
        "untrained",
        "encode",
        "render",
        "engine-batch",
        "engine-search",
        "engine-constrain",
        "engine-state",
        "engine-pieces",
        "engine-decode",
        "engine-limits",
    ),
    model={"model": "onnx"},
    folder="onnx",
    shows=_show,
)
