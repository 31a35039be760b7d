"""An engine that is called and not served: what its module brings becomes the links of a chat.

A module of such an engine makes an `Inside` of the functions it has, and hands on `answers` and
`show`. What it lacks, another module of the stack or the probe's `known` values stand in for.

    render(messages, tools)      the prompt, by the engine's own chat template
    encode(text)                 ids of a text that already holds its special tokens
    generate(ids, limit)         greedy: ids up to and without the end of the turn
    decode(ids)                  the text of generated ids, as a user of the engine reads it
    logprobs(ids, limit)         [{"id", "logprob", "top": [[id, logprob], ...]}], in nats
    message(request, events)     the whole chat as the engine's own interface tells it (see below)
    pieces(ids, limit)           the texts that a stream of the engine is cut into
    operations                   {name: function(request)}: what is asked of no other interface

`message` returns a chat completion as plain fields (see `guest/chat.py`); where the request asks
for a stream it appends each event to the list `events` as well. `pieces` stands in for it where
an engine streams text and knows no chats. A function of `operations` answers the question
`engine` whose request names it as its `operation`, and returns values by link, or functions
that make them when their link is asked.
"""

from guest import chat
from guest.wire import LINKS, NOT_EXPOSED, text_of

LIMIT = 256  # generated ids where the request does not say


class Inside:
    """The links of a chat, and of an encoding, through the functions of one engine."""

    def __init__(self, **functions):
        """Take functions by their names; those that are missing show nothing."""
        self.has = functions

    def answers(self, ask):
        """Name the links that these functions can show."""
        if ask == "engine":
            return frozenset(LINKS) if "operations" in self.has else frozenset()
        if ask == "encode":
            wanted = {"prompt_ids": "encode", "text": "decode"}
        elif ask == "chat":
            wanted = {
                "prompt": "render",
                "prompt_ids": "encode",
                "logprobs": "logprobs",
                "output_ids": "generate",
                "text": "decode",
                "stream": "message" if "message" in self.has else "pieces",
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
        if probe["ask"] == "engine":
            return self._engine(link, probe["request"], chain)
        return getattr(self, "_" + link)(probe, chain)

    def _encode(self, link, request):
        if link == "text" and "ids" in request:
            return self.has["decode"](request["ids"])
        ids = self.has["encode"](text_of(request["text"]))
        return list(ids) if link == "prompt_ids" else self.has["decode"](ids)

    def _engine(self, link, request, chain):
        """Ask once for all links; what one of them cannot show hides no other probe."""
        if "engine" not in chain.turn:
            asked = self.has["operations"].get(request["operation"])
            chain.turn["engine"] = asked(request) if asked else {}
        told = chain.turn["engine"].get(link, NOT_EXPOSED)
        return told() if callable(told) else told

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
        if "message" not in self.has:
            return self._pieces(probe, chain)
        self._answer(probe, chain)
        return chat.steady(chain.turn["events"])

    def _pieces(self, probe, chain):
        """Tell texts as a stream of a chat does."""
        ids = chain.value("prompt_ids", probe)
        if ids == NOT_EXPOSED:
            return NOT_EXPOSED
        told = self.has["pieces"](ids, limit(probe))
        return [{"choices": [{"index": 0, "delta": {"content": each}}]} for each in told]

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
