"""The links of llama.cpp's own server, however it was started: everything is asked over HTTP.

Who starts servers hands in `opened(**words) -> (base_url, let_go)`; the words are `parallel`
(slots), `context` (tokens in all) and `template` (a chat template's source). A second server is
started where a question needs one: for several slots, or for another template.

Where a prompt is told, the grammar that shall hold the answer is made as well. What is refused for
that alone is asked again without it: the refusal is told at `message`.

Some releases refuse to tell an answer that is not UTF-8. The endpoint tells ids and text in one
answer, and its stream leaves out ids of half characters, so the refusal is told at `text`.
"""

import http.client
import json

from guest import chat, http_client, neighbours
from guest.wire import NOT_EXPOSED, text_of

CHAT = frozenset({"prompt", "prompt_ids", "logprobs", "output_ids", "text"})
ANSWERED = {
    "chat": CHAT,
    "scored": frozenset({"prompt", "prompt_ids"}),
    "encode": frozenset({"prompt_ids", "text"}),
    "render": frozenset({"prompt"}),
    "neighbours": neighbours.LINKS,
}
TOP = 5  # candidates told at each generated token
SLOTS = 4  # of the server that is asked by several at once
CONTEXT = 1024  # tokens of each of its slots
HOLDING = frozenset({"response_format", "json_schema", "grammar", "tool_choice"})
CONTEXTS = frozenset({"messages", "tools", "add_generation_prompt"})  # what the endpoint takes


class Servers:
    """The servers beside the one of the stack, each started when it is first needed."""

    def __init__(self, opened, kept=1):
        """Remember how a server is started, and how many templates may have one at a time."""
        self._opened = opened
        self._kept = kept
        self._several = None
        self._templates = {}  # source: (base_url, let_go), the one that was asked last at the end

    def several(self):
        """Return the address of a server with several slots."""
        if self._several is None:
            self._several = self._opened(parallel=SLOTS, context=SLOTS * CONTEXT)
        return self._several[0]

    def templated(self, source):
        """Return the address of a server with the template `source`; the last ones stay."""
        found = self._templates.pop(source, None)
        if found is None:
            while len(self._templates) >= self._kept:
                self._let_go_of(next(iter(self._templates)))
            found = self._opened(template=source)
        self._templates[source] = found
        return found[0]

    def _let_go_of(self, source):
        self._templates.pop(source)[1]()

    def stop(self):
        """Let all of them go."""
        for source in list(self._templates):
            self._let_go_of(source)
        if self._several is not None:
            self._several[1]()
        self._several = None


def answers(ask):
    """Name the links that only the engine sees."""
    return ANSWERED.get(ask, frozenset())


def show(link, probe, chain, servers):
    """Ask the engine about what the client put on the wire, or about the question itself."""
    asker = ASKED.get(probe["ask"])
    return asker(link, probe, chain, servers) if asker else SHOWN[link](probe, chain)


def _post(probe, chain, path, body):
    return http_client.post(chain.base_url, path, body, probe["seconds"] / 2)


def _prompt(probe, chain):
    wire = chat.wire(probe, chain)
    try:
        return _post(probe, chain, "/apply-template", wire)["prompt"]
    except http_client.Refused as refusal:
        free = {name: value for name, value in wire.items() if name not in HOLDING}
        if len(free) == len(wire):
            raise
        try:
            return _post(probe, chain, "/apply-template", free)["prompt"]
        except http_client.Refused:
            raise refusal from None


def _prompt_ids(probe, chain):
    body = {"content": chain.value("prompt", probe), "add_special": False, "parse_special": True}
    return _post(probe, chain, "/tokenize", body)["tokens"]


def _completion(probe, chain, **options):
    """Return what completes the prompt: its given ids, or its text."""
    wire, ids = chat.wire(probe, chain), "prompt_ids" in chain.given
    body = {name: wire[name] for name in ("temperature", "seed", "stop") if name in wire}
    prompt = chain.value("prompt_ids" if ids else "prompt", probe)
    body.update(prompt=prompt, cache_prompt=False, **options)
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
        return NOT_EXPOSED


def _text(probe, chain):
    """Return the text of the answer; given ids are decoded where nothing would cut them short."""
    if "output_ids" in chain.given and "stop" not in chat.wire(probe, chain):
        return _decoded(probe, chain)
    return _post(probe, chain, "/completion", _completion(probe, chain))["content"]


def _decoded(probe, chain):
    """Return the text of the given ids, without that of the id that ends a turn."""
    body = {"tokens": chain.value("output_ids", probe)}
    told = _post(probe, chain, "/detokenize", body)["content"]
    asked = (chain.base_url, "GET", "/props", None, probe["seconds"] / 2)
    end = json.loads(http_client.exchange(*asked)[2]).get("eos_token")
    if not end:
        return NOT_EXPOSED  # nobody can say what to leave out
    return told[: -len(end)] if told.endswith(end) else told  # noqa: FURB188 - new in 3.9


def _encode(link, probe, chain, _servers):
    """Encode, or decode what was encoded, special tokens included."""
    request = probe["request"]
    ids = request.get("ids") if link == "text" else None
    if ids is None:
        body = {"content": text_of(request["text"]), "add_special": False, "parse_special": True}
        ids = _post(probe, chain, "/tokenize", body)["tokens"]
    if link == "prompt_ids":
        return ids
    return _post(probe, chain, "/detokenize", {"tokens": ids})["content"]


def _render(_link, probe, _chain, servers):
    """Render through a server of that template; what the endpoint cannot be told is not asked."""
    request = probe["request"]
    options = request.get("options") or {}
    plain = options.get("trim_blocks", True) and options.get("lstrip_blocks", True)
    context = request["context"]
    if not plain or not context.get("messages") or not set(context) <= CONTEXTS:
        return NOT_EXPOSED
    where, seconds = servers.templated(request["source"]), probe["seconds"] / 2
    try:
        return http_client.post(where, "/apply-template", context, seconds)["prompt"]
    except (http.client.HTTPException, ConnectionError):
        servers.stop()  # it may have died; the next question gets another
        raise


def _neighbours(link, probe, chain, servers):
    return neighbours.ask(link, probe, servers.several(), chain)


ASKED = {"encode": _encode, "render": _render, "neighbours": _neighbours}
SHOWN = {
    "prompt": _prompt,
    "prompt_ids": _prompt_ids,
    "logprobs": _logprobs,
    "output_ids": _output_ids,
    "text": _text,
}
