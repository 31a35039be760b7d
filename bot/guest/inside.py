"""An engine that is called and not served: what its module brings becomes the links of a chat.

A module of such an engine makes an `Inside` of the functions it has, and hands on `answers` and
`show`. What it lacks, another module of the stack or the probe's `known` values stand in for.

    render(messages, tools)      the prompt, by the engine's own chat template
    encode(text)                 ids of a text that already holds its special tokens
    generate(ids, limit)         greedy: ids up to and without the end of the turn
    decode(ids)                  the text of generated ids, as a user of the engine reads it
    logprobs(ids, limit)         [{"id", "logprob", "top": [[id, logprob], ...]}], in nats
    message(request, events)     the whole chat as the engine's own interface tells it (see below)

`message` returns a chat completion as plain fields (see `guest/chat.py`); where the request asks
for a stream it appends each event to the list `events` as well.
"""

from guest import chat
from guest.wire import NOT_EXPOSED, text_of

LIMIT = 256  # generated ids where the request does not say


class Inside:
    """The links of a chat, and of an encoding, through the functions of one engine."""

    def __init__(self, **functions):
        """Take functions by their names; those that are missing show nothing."""
        self.has = functions

    def answers(self, ask):
        """Name the links that these functions can show."""
        if ask == "encode":
            wanted = {"prompt_ids": "encode", "text": "decode"}
        elif ask == "chat":
            wanted = {
                "prompt": "render",
                "prompt_ids": "encode",
                "logprobs": "logprobs",
                "output_ids": "generate",
                "text": "decode",
                "stream": "message",
                "message": "message",
                "usage": "message",
            }
        else:
            wanted = {}
        return frozenset(link for link, name in wanted.items() if name in self.has)

    def show(self, link, probe, chain):
        """Return the value at `link`, of what comes before it in the chain."""
        if probe["ask"] == "encode":
            return self._encode(link, probe["request"])
        return getattr(self, "_" + link)(probe, chain)

    def _encode(self, link, request):
        if link == "text" and "ids" in request:
            return self.has["decode"](request["ids"])
        ids = self.has["encode"](text_of(request["text"]))
        return list(ids) if link == "prompt_ids" else self.has["decode"](ids)

    def _prompt(self, probe, _chain):
        request = probe["request"]
        return self.has["render"](request["messages"], request.get("tools"))

    def _prompt_ids(self, probe, chain):
        prompt = chain.value("prompt", probe)
        return NOT_EXPOSED if prompt == NOT_EXPOSED else list(self.has["encode"](prompt))

    def _logprobs(self, probe, chain):
        ids = chain.value("prompt_ids", probe)
        return NOT_EXPOSED if ids == NOT_EXPOSED else self.has["logprobs"](ids, limit(probe))

    def _output_ids(self, probe, chain):
        ids = chain.value("prompt_ids", probe)
        return NOT_EXPOSED if ids == NOT_EXPOSED else list(self.has["generate"](ids, limit(probe)))

    def _text(self, probe, chain):
        ids = chain.value("output_ids", probe)
        return NOT_EXPOSED if ids == NOT_EXPOSED else self.has["decode"](ids)

    def _stream(self, probe, chain):
        if not probe["request"].get("stream"):
            return NOT_EXPOSED
        self._answer(probe, chain)
        return chat.steady(chain.turn["events"])

    def _message(self, probe, chain):
        return chat.message(self._answer(probe, chain))

    def _usage(self, probe, chain):
        return chat.usage(self._answer(probe, chain))

    def _answer(self, probe, chain):
        """Ask once for the links that show the whole answer."""
        if "answer" not in chain.turn:
            chain.turn["events"] = []
            request = chat.body(probe, chain)
            chain.turn["answer"] = self.has["message"](request, chain.turn["events"])
        return chain.turn["answer"]


def limit(probe):
    """Return how many ids may be generated."""
    request = probe["request"]
    return request.get("max_tokens", request.get("max_completion_tokens", LIMIT))
