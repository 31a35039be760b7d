"""What shows a link of an engine that speaks OpenAI's dialect, in a proof, by plain HTTP.

Each text expects `base_url`, where the engine listens.

The last event of a stream tells how many tokens of the prompt the server still had from what it was
asked before (`usage.prompt_tokens_details.cached_tokens`). A cell asks many questions of one server
and a proof asks one of a new one, so there a stream that is compared whole may differ in that count
alone. Every proof is run both ways before it is shown: one that fails for it is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model import Json, Link, Probe
from bot.drivers.answers import STEADY
from bot.drivers.encoding import TEXT
from bot.drivers.exchange import exchanged
from bot.drivers.message import counted, message

_POST = """import urllib.request


def post(path, body):
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(base_url + path, json.dumps(body).encode(), headers)
    return json.load(urllib.request.urlopen(asked, timeout=60))


"""
_STREAM = """import urllib.request

body = {"model": "tiny-chat", "stream_options": {"include_usage": True}, **REQUEST}
headers = {"Content-Type": "application/json"}
path = base_url + "/v1/chat/completions"
asked = urllib.request.Request(path, json.dumps(body).encode(), headers)
answer = urllib.request.urlopen(asked, timeout=60)
data = [line[5:].strip() for line in answer if line.startswith(b"data:")]
events = ["[DONE]" if each == b"[DONE]" else json.loads(each) for each in data if each]
"""
_ENDED = """events = [each for each in events if each != "[DONE]"]
"""
_CLOSED = _STREAM.partition("events = ")[0] + (
    'events = [json.loads(each) for each in data if each not in (b"", b"[DONE]")]\n'
)
_ANSWER = """answer = post("/v1/chat/completions", {"model": "tiny-chat", **REQUEST})
"""
_PROMPT = """prompt = post("/apply-template", REQUEST)["prompt"]
"""
_TOKENS = """body = {{"content": {text}, "add_special": False, "parse_special": True}}
ids = post("/tokenize", body)["tokens"]
"""
_COMPLETION = """asked = {asked}
asked["prompt"] = post("/apply-template", REQUEST)["prompt"]
answer = post("/completion", asked)
"""
_SCORES = """seen = []
for each in entries:
    top = [[top["id"], top["logprob"]] for top in each.get("top_logprobs") or []]
    seen.append({"id": each["id"], "logprob": each.get("logprob"), "top": top})
"""
_BEFORE = {
    Link.PROMPT: "seen = prompt\n",
    Link.PROMPT_IDS: _TOKENS.format(text="prompt") + "seen = ids\n",
}
_AFTER = {
    Link.OUTPUT_IDS: 'seen = answer["tokens"]\n',
    Link.TEXT: 'seen = answer["content"]\n',
    Link.LOGPROBS: _SCORES.replace("entries", 'answer["completion_probabilities"]'),
}
_ENTRIES = """entries = []
for each in {answers}:
    for choice in each.get("choices") or []:
        entries.extend((choice.get("logprobs") or {{}}).get("content") or [])
"""
_TOLD = """seen = []
for each in entries:
    told = {"token": each.get("token"), "bytes": each.get("bytes"), "fields": sorted(each)}
    seen.append({**told, "top": len(each.get("top_logprobs") or [])})
"""
_SHAPES = """for event in events:
    for choice in event["choices"] if event != "[DONE]" else []:
        choice.pop("logprobs", None)
"""
_TEMPLATE = """params.chat_template = REQUEST["source"]
server = xllamacpp.Server(params)
base_url = server.listening_address
seen = post("/apply-template", REQUEST["context"])["prompt"]
"""
_TEMPLATED = frozenset({"messages", "tools", "add_generation_prompt"})


def show(probe: Probe, link: Link) -> str:
    """What the engine shows of a question, by plain HTTP; a client is not needed."""
    request = probe.request if isinstance(probe.request, dict) else {}
    if probe.ask == "chat" and link in _BEFORE:
        return _POST + _PROMPT + _BEFORE[link]
    if probe.ask == "chat" and link in _AFTER:
        return _POST + _completed(request) + _AFTER[link]
    if probe.ask in ("chat", "scored") and link in (Link.MESSAGE, Link.USAGE):
        return _read(probe, request, link)
    if probe.ask == "wire":
        return exchanged(probe, link)
    shows = {"chat": _answer, "scored": _scored, "encode": _encode}
    if probe.ask == "render":
        return _POST + _TEMPLATE if link is Link.PROMPT and _templated(request) else ""
    return shows[probe.ask](request, link) if probe.ask in shows else ""


def _completed(request: Mapping[str, Json]) -> str:
    """What completes a prompt as a chat of this request would."""
    same = {name: request[name] for name in ("temperature", "seed", "stop") if name in request}
    limit = request.get("max_tokens", request.get("max_completion_tokens", 256))
    told = {"cache_prompt": False, "return_tokens": True, "n_probs": 5}
    return _COMPLETION.format(asked=repr({**same, "n_predict": limit, **told}))


def _read(probe: Probe, request: Mapping[str, Json], link: Link) -> str:
    """The whole answer, put together where it came in pieces."""
    streamed = bool(request.get("stream"))
    start = _CLOSED if streamed else _POST + _ANSWER
    usage = link is Link.USAGE
    return start + (counted(streamed=streamed) if usage else message(probe, streamed=streamed))


def _answer(request: Mapping[str, Json], link: Link) -> str:
    """The stream as it came."""
    return _STREAM + STEADY if link is Link.STREAM and request.get("stream") else ""


def _scored(request: Mapping[str, Json], link: Link) -> str:
    """The same with log-probabilities, which a stream is looked at without."""
    seen = {Link.LOGPROBS: _SCORES, Link.TEXT: _TOLD}
    if link in seen and request.get("stream"):
        return _STREAM + _ENDED + _ENTRIES.format(answers="events") + seen[link]
    if link in seen:
        return _POST + _ANSWER + _ENTRIES.format(answers="[answer]") + seen[link]
    if link is Link.STREAM and request.get("stream"):
        return _STREAM + _SHAPES + STEADY
    if link in {Link.PROMPT, Link.PROMPT_IDS}:
        return _POST + _PROMPT + _BEFORE[link]
    return _answer(request, link)


def _encode(request: Mapping[str, Json], link: Link) -> str:
    """Tokenize a text, or tell what ids are read as."""
    if link not in {Link.PROMPT_IDS, Link.TEXT}:
        return ""
    decode = 'seen = post("/detokenize", {{"tokens": {ids}}})["content"]\n'
    if link is Link.TEXT and "ids" in request:
        return _POST + decode.format(ids='REQUEST["ids"]')
    text = TEXT + _TOKENS.format(text="text")
    seen = "seen = ids\n" if link is Link.PROMPT_IDS else decode.format(ids="ids")
    return "import base64\n" + _POST + text + seen


def _templated(request: Mapping[str, Json]) -> bool:
    """Whether the engine's endpoint can be told this context, and renders with these options."""
    options, context = request.get("options") or {}, request.get("context")
    if not isinstance(options, dict) or not isinstance(context, dict):
        return False
    plain = options.get("trim_blocks", True) and options.get("lstrip_blocks", True)
    return bool(plain and context.get("messages") and context.keys() <= _TEMPLATED)
