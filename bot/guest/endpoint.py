"""A server that somebody already runs and that speaks OpenAI's dialect: asked where it listens.

What only a chat client sees is `http_client`'s to show. This module finds out which server it is
and which model it serves, and shows what the server tells beyond a chat: log-probabilities, the
prompt and its ids where it has a way to ask for them, and its answers as they stand on the wire.
"""

import os
from urllib.parse import urlsplit

from guest import chat, http_client, llama_http, relay, written
from guest.wire import NOT_EXPOSED

TOP = 5  # candidates told at each generated token
PATIENCE = 20  # seconds for a question about the server itself
BESIDE = {"llama.cpp": {"cache_prompt": False}}  # others ask too, and what is kept moves near ties
FOREIGN = frozenset({404, 405, 501})  # what a server says of a path that it does not have
MARKS = (  # server, path, a field that only its answer has there, where its version stands
    ("llama.cpp", "/props", "default_generation_settings", "build_info"),
    ("SGLang", "/get_server_info", "version", "version"),
    ("Ollama", "/api/version", "version", "version"),
    ("Text Generation Inference", "/info", "model_id", "version"),
    ("KoboldCpp", "/api/extra/version", "version", "version"),
    ("LM Studio", "/api/v0/models", "data", ""),
    ("vLLM", "/version", "version", "version"),
)
PROMPT = {"messages": [{"role": "user", "content": "hi"}]}
OWN = {
    "written": frozenset({"stream", "message"}),
    "chat": frozenset({"request", "logprobs"}),
    "scored": frozenset({"request"}),
}
ASKED_OF_LLAMA = frozenset({"chat", "scored", "encode"})
RUNNING = {}


class Unreachable(Exception):  # noqa: N818 - reads as what happened
    """Nothing answers where the server should listen."""


def start(setup, chain):
    """Find the server at `setup["url"]`; returns which it is, its version and its model.

    `model` of the set-up is taken instead of the first that the server lists;
    `api_key_variable` names the environment variable that holds its key. Raises `Unreachable`.
    """
    key = os.environ.get(setup.get("api_key_variable") or "", "")
    base = _base(setup["url"])
    if relay.needed(base, key):
        RUNNING["relay"] = relay.Relay(base, key)
        base = RUNNING["relay"].url
    models = _models(base)
    chain.base_url = base
    chain.model = setup.get("model") or (models[0] if models else "")
    kind, version = _recognised(base)
    RUNNING["offers"] = _offers(base, kind)
    chain.beside = BESIDE.get(RUNNING["offers"], {})
    return {"server": kind or "unknown", "version": version, "model": chain.model}


def _base(url):
    """Leave out the `/v1` that clients like to be given: every path brings its own."""
    url = url.rstrip("/")
    return url[:-3] if urlsplit(url).path.endswith("/v1") else url


def _models(base):
    """Return the names of the models; a server that lists none has an empty list."""
    try:
        told = written.get(base, "/v1/models", PATIENCE)
    except OSError as error:
        words = "no server answers: {}".format(type(error).__name__)
        raise Unreachable(words) from None
    listed = told.body.get("data") if isinstance(told.body, dict) else None
    return [each["id"] for each in listed or [] if isinstance(each, dict) and each.get("id")]


def _recognised(base):
    """Return the server's name and version, both "" where nobody knows it."""
    for kind, path, mark, version in MARKS:
        told = written.get(base, path, PATIENCE)
        if told.status == written.OK and isinstance(told.body, dict) and mark in told.body:
            return kind, str(told.body.get(version) or "")
    return "", ""


def _offers(base, kind):
    """Name whose ways beyond a chat the server has; a path that fails is there all the same."""
    if written.post(base, "/apply-template", PROMPT, PATIENCE).status not in FOREIGN:
        return "llama.cpp"
    return "vLLM" if kind == "vLLM" else ""


def stop():
    """Let go of what stands between, and leave the server as it is."""
    if "relay" in RUNNING:
        RUNNING["relay"].close()
    RUNNING.clear()


def answers(ask):
    """Name the links that `http_client` does not show, or not as this module does."""
    links = OWN.get(ask, frozenset())
    if RUNNING["offers"] == "llama.cpp" and ask in ASKED_OF_LLAMA:
        links |= llama_http.answers(ask)
    return links | {"prompt_ids"} if RUNNING["offers"] == "vLLM" and ask == "chat" else links


def show(link, probe, chain):
    """Ask the server about the request that the client puts on the wire."""
    if probe["ask"] == "written":
        return written.show(link, probe, chain)
    if link in ("request", "logprobs"):
        return _request(probe, chain) if link == "request" else _logprobs(probe, chain)
    if RUNNING["offers"] == "vLLM":
        return _ids_of_messages(probe, chain)
    return llama_http.show(link, probe, chain, None)


def _request(probe, chain):
    """Return what the client sends to any server: the model goes by a name of each one's own."""
    asked = dict(chain.client(probe, chain))
    for name in chain.beside:
        if name not in probe["request"]:
            asked.pop(name, None)
    if "model" not in probe["request"] and asked.get("model") == chain.model:
        asked["model"] = chat.UNNAMED
    return asked


def _ids_of_messages(probe, chain):
    """Return the ids of the prompt where the server shows no prompt but tokenizes messages."""
    asked = chat.wire(probe, chain)
    body = {name: asked[name] for name in ("model", "messages", "tools") if name in asked}
    told = http_client.post(chain.base_url, "/tokenize", body, probe["seconds"] / 2)
    return told.get("tokens", NOT_EXPOSED)


def _logprobs(probe, chain):
    """Return `[{"id", "logprob", "top": [[id, logprob], ...]}]`, one for each generated token.

    The `id` is the token's text: what every server tells, unlike the number it has there.
    """
    asked = dict(chat.wire(probe, chain), logprobs=True, top_logprobs=TOP)
    for name in ("stream", "stream_options"):
        asked.pop(name, None)
    told = http_client.post(chain.base_url, http_client.CHAT, asked, probe["seconds"] / 2)
    choices = told.get("choices") or [{}]
    told = (choices[0].get("logprobs") or {}).get("content")
    if told is None:
        return NOT_EXPOSED
    return [dict(_candidate(each), top=_top(each)) for each in told]


def _candidate(told):
    return {"id": _name(told), "logprob": told.get("logprob")}


def _top(told):
    return [[_name(each), each.get("logprob")] for each in told.get("top_logprobs") or []]


def _name(told):
    """Name a token by its bytes, of which its text may be half a character only."""
    content = told.get("bytes")
    if isinstance(content, list):
        return bytes(bytearray(content)).decode("utf-8", "backslashreplace")
    return told.get("token")
