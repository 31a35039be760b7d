"""What OpenVINO GenAI makes of a finished answer: its parsers, whole and in pieces, its histories.

A parser or a way to keep a history that a release lacks shows nothing there; a refusal is told
as the value of its link, so that it hides no other.
"""

import openvino_genai as genai
from guest import openvino_genai as engine
from guest.openvino_genai_settings import Unsayable, said

GENERATED = "Think: what is 3 + 4?"  # where a request has no text of its own


def told(function, *arguments):
    """Return what `function` returns, or the error that it raises."""
    try:
        return function(*arguments)
    except Unsayable:
        raise
    except Exception as error:  # noqa: BLE001 - any refusal is an answer here
        words = said(error, engine.RUNNING.get("folder")).split("\n\n")[0]
        return {"error": "{}: {}".format(type(error).__name__, words)}


def made(name, request):
    """Return a parser by the name of its class. Raises `Unsayable` where there is none."""
    if not hasattr(genai, name):
        raise Unsayable(name)
    return getattr(genai, name)(**request.get("options", {}))


def parse(request):
    """Read the pieces of a text put together, and one by one."""
    return {
        "message": lambda: told(_whole, request),
        "stream": lambda: told(_growing, request),
    }


def _whole(request):
    message = {"content": "".join(request["pieces"])}
    made(request["parser"] + "Parser", request).parse(message)
    return message


def _growing(request):
    parser = made(request["parser"] + "IncrementalParser", request)
    return [_piece(parser, each) for each in request["pieces"]]


def _piece(parser, text):
    message = {}
    left = parser.parse(message, text, None)
    return {"text": left, "message": message}


def streamed(request):
    """Generate an answer through a streamer that parses it as it comes."""
    if not hasattr(genai, "TextParserStreamer"):
        raise Unsayable("TextParserStreamer")

    class Heard(genai.TextParserStreamer):
        """Keeps each message that it is given."""

        def __init__(self, parsers):
            super().__init__(engine.RUNNING["tokenizer"], parsers)
            self.heard = []

        def write(self, message):
            self.heard.append(dict(message))
            return genai.StreamingStatus.RUNNING

    def ask():
        parsers = [made(name + "IncrementalParser", request) for name in request["parsers"]]
        streamer = Heard(parsers)
        words = engine.config(max_new_tokens=request["limit"], apply_chat_template=None)
        prompt = engine.render([{"role": "user", "content": request.get("text", GENERATED)}], None)
        engine.RUNNING["pipe"].generate([prompt], words, streamer=streamer)
        return streamer

    found = []

    def once():
        if not found:
            found.append(ask())
        return found[0]

    return {
        "stream": lambda: told(lambda: once().heard),
        "message": lambda: told(lambda: dict(once().get_parsed_message())),
    }


def history(request):
    """Hold a conversation in an object of the engine that keeps what was said."""
    kept = _kept(request)
    texts, counts = [], []

    def talk():
        for turn in request["turns"]:
            kept.append({"role": "user", "content": turn})
            answer = engine.RUNNING["pipe"].generate(kept, engine.config(max_new_tokens=64))
            texts.append(answer.texts[0])
            counts.append(int(answer.perf_metrics.get_num_input_tokens()))
            kept.append({"role": "assistant", "content": texts[-1]})
        return texts

    return {
        "prompt": lambda: told(_first_prompt, request),
        "text": lambda: told(talk),
        "message": lambda: told(kept.get_messages),
        "usage": lambda: {"prompt_tokens": counts},
    }


def _kept(request):
    if not hasattr(genai, "ChatHistory"):
        raise Unsayable("ChatHistory")
    kept = genai.ChatHistory(request.get("messages", []))
    if "tools" in request:
        kept.set_tools(request["tools"])
    if "context" in request:
        kept.set_extra_context(request["context"])
    return kept


def _first_prompt(request):
    kept, tokenizer = _kept(request), engine.RUNNING["tokenizer"]
    kept.append({"role": "user", "content": request["turns"][0]})
    return tokenizer.apply_chat_template(kept, add_generation_prompt=True)


def keep(request):
    """Put messages in, do what is asked, and tell what is inside then."""
    kept = _kept(request)
    return {"message": lambda: told(lambda: _done(kept, request))}


def _done(kept, request):
    seen = [told(lambda step=step: DEEDS[step[0]](kept, *step[1:])) for step in request["steps"]]
    inside = {
        "messages": told(kept.get_messages),
        "tools": told(kept.get_tools),
        "context": told(kept.get_extra_context),
        "length": told(len, kept),
    }
    return {"steps": seen, "inside": inside}


DEEDS = {
    "append": lambda kept, message: kept.append(message),
    "pop": lambda kept: kept.pop(),
    "clear": lambda kept: kept.clear(),
    "set_messages": lambda kept, messages: kept.set_messages(messages),
    "first": lambda kept: kept[0],
    "last": lambda kept: kept[-1],
}

OPERATIONS = {"parse": parse, "parse-stream": streamed, "history": history, "keep": keep}
