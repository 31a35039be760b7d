"""What shows a link of an engine that speaks OpenAI's dialect, in a proof, by plain HTTP.

Each text expects `base_url`, where the engine listens.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model import Json, Link, Probe
from bot.drivers.answers import STEADY
from bot.drivers.encoding import TEXT
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
_EXCHANGE = """import http.client

connection = http.client.HTTPConnection(base_url.partition("//")[2], timeout=60)
content = {content}
connection.request({method!r}, REQUEST["path"], content, {{"Content-Type": "application/json"}})
answer = connection.getresponse()
kind = (answer.getheader("content-type") or "").partition(";")[0].strip()
content = answer.read().decode("utf-8", "replace")
connection.close()


def read(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


"""
_FAILED = """told = read(content)
error = told.get("error", told) if isinstance(told, dict) else told
"""
_SORT = """seen = {"status": answer.status, "type": kind}
if answer.status >= 400:
    seen["error"] = None
    if isinstance(error, dict):
        seen["error"] = {name: error[name] for name in ("type", "code", "param") if name in error}
elif kind != "text/event-stream":
    seen["answer"] = masked(taken)
"""
_WORDS = """def fields(value, path=""):
    if isinstance(value, list):
        return {name for each in value for name in fields(each, path + "[]")}
    found = set()
    for name, each in value.items() if isinstance(value, dict) else ():
        here = f"{path}.{name}" if path else name
        found |= {here} | (set() if name in WHOLE else fields(each, here))
    return found


if answer.status >= 400:
    seen = error.get("message") if isinstance(error, dict) else error
else:
    seen = sorted(fields(told))
"""
_WHOLE = 'WHOLE = {"timings": "some timings", "generation_settings": "some settings"}\n'
_MASK = """HIDDEN = {{"id", "created", "model", "system_fingerprint", "timings", "obfuscation"}}
HIDDEN |= {{"created_at", "completed_at", "tool_call_id", "call_id", "item_id"}}
HIDDEN |= {{"sequence_number", *{mask}}}
named, counts = {{}}, {{}}


def masked(value, path=""):
    if isinstance(value, list):
        return [masked(each, path + "[]") for each in value]
    start = path + "." if path else ""
    told = value.items() if isinstance(value, dict) else ()
    return {{name: field(name, each, start + name) for name, each in told}} if told else value


def field(name, value, path):
    if name in WHOLE:
        return WHOLE[name]
    if name.endswith("_ms") and isinstance(value, (int, float)):
        return "some time"
    if name not in HIDDEN or value is None or value == "":
        return masked(value, path)
    if not isinstance(value, str):
        return "some number"
    if value not in named:
        counts[path] = counts.get(path, 0) + 1
        named[value] = f"some {{path}} {{counts[path]}}"
    return named[value]


"""
_TAKE = """taken = {}
for path in REQUEST["take"]:
    value, names = told, path.split(".")
    while names and isinstance(value, dict) and names[0] in value:
        value = value[names.pop(0)]
    if not names:
        taken[path] = value
"""
_EVENTS = """seen = []
for line in content.split("\\n"):
    name, colon, data = line.strip().partition(":")
    if name and colon:
        told = read(data.strip())
        seen.append(masked(told) if name == "data" else {name: masked(told)})
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
    shows = {"chat": _answer, "scored": _scored, "wire": _wire, "encode": _encode}
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


def _wire(request: Mapping[str, Json], link: Link) -> str:
    """One request as it stands, and what came back, without what differs from run to run."""
    contents = {"raw": 'REQUEST["raw"].encode()', "body": 'json.dumps(REQUEST["body"]).encode()'}
    content = next((each for name, each in contents.items() if name in request), "None")
    method = str(request.get("method", "GET" if content == "None" else "POST"))
    start = _EXCHANGE.format(content=content, method=method)
    masks = _WHOLE + _MASK.format(mask=repr(request.get("mask", [])))
    if link is Link.STREAM:
        return start + masks + _EVENTS
    if link is Link.TEXT:
        return start + _FAILED + _WHOLE + _WORDS
    taken = _TAKE if "take" in request else "taken = told\n"
    return start + masks + _FAILED + taken + _SORT if link is Link.MESSAGE else ""


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
