"""GPT4All, called in the process: a chat session over a GGUF file.

Only a session writes the special tokens of a template, so every chat is asked in one, turn by
turn; what the assistant is told to have said is not put in, the model says it again. There are no
tools and no seeds. Half characters are kept in a buffer of the model's own, which is why the same
model is asked all probes.
"""

import os

import gpt4all
from guest import chat
from guest.inside import Inside, limit
from guest.wire import NOT_EXPOSED

OURS = "gpt4all"  # whose options are meant, in requests that hold those of several
LINKS = frozenset({"text", "stream", "message"})
GREEDY = {"temp": 0.0, "top_k": 1, "top_p": 1.0, "repeat_penalty": 1.0, "n_batch": 8}
TURN = "<|im_start|>{}\n{}<|im_end|>\n"
RUNNING = {}


def start(setup, _chain):
    """Load the file at `setup["model"]` on one thread; nothing is fetched from anywhere."""
    folder, name = os.path.split(setup["model"])
    RUNNING["folder"] = folder
    RUNNING["model"] = gpt4all.GPT4All(
        name, model_path=folder, allow_download=False, device="cpu", n_ctx=1024, n_threads=1
    )
    RUNNING["inside"] = Inside(operations=OPERATIONS)
    return {"backend": str(getattr(RUNNING["model"], "backend", ""))}


def stop():
    """Let the model go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of a session; its callback hears no ids of half characters, nor the end."""
    return LINKS if ask == "chat" else RUNNING["inside"].answers(ask)


def show(link, probe, chain):
    """Return the value at `link`; chats with tools cannot be put to it."""
    if probe["ask"] != "chat":
        return RUNNING["inside"].show(link, probe, chain)
    request = probe["request"]
    turns = asked(request["messages"])
    if request.get("tools") or turns is None:
        return NOT_EXPOSED
    if link == "stream":
        return _streamed(turns, probe) if request.get("stream") else NOT_EXPOSED
    if "answer" not in chain.turn:
        chain.turn["answer"] = _answered(turns, limit(probe))
    ids, text = chain.turn["answer"]
    if link == "message":
        said = {"role": "assistant", "content": text}
        finish = "stop" if len(ids) < limit(probe) else "length"
        return chat.message({"choices": [{"message": said, "finish_reason": finish}]})
    return text


def asked(messages):
    """Return the system's words and those of each of the user's turns, or None for other roles."""
    system = messages[0]["content"] if messages[0]["role"] == "system" else None
    rest = messages[1:] if system is not None else messages
    if any(each["role"] not in ("user", "assistant") for each in rest):
        return None
    return system, [each["content"] for each in rest if each["role"] == "user"]


def session(system):
    """Open a session with the template of the tiny model."""
    before = "" if system is None else TURN.format("system", system)
    turn = TURN.format("user", "{0}") + "<|im_start|>assistant\n"
    return RUNNING["model"].chat_session(before, turn)


def say(text, most, **options):
    """Generate once; returns ids as the callback hears them, and the text."""
    ids = []

    def hear(token, _piece):
        ids.append(int(token))
        return True

    chosen = dict(GREEDY, **options)
    told = RUNNING["model"].generate(text, max_tokens=most, callback=hear, **chosen)
    return ids, told


def _answered(turns, most):
    system, texts = turns
    with session(system):
        return [say(text, most) for text in texts][-1]


def _streamed(turns, probe):
    """The last turn as a stream, told as a stream of a chat is."""
    system, texts = turns
    with session(system):
        for text in texts[:-1]:
            say(text, limit(probe))
        told = RUNNING["model"].generate(
            texts[-1], max_tokens=limit(probe), streaming=True, **GREEDY
        )
        pieces = list(told)
    return [{"choices": [{"index": 0, "delta": {"content": each}}]} for each in pieces]


def search(request):
    """One raw prompt with options of the engine's own, outside of a session.

    `before` is a prompt that is asked first, where an answer hangs on the one before it.
    """
    chosen = request.get("options", {}).get(OURS)
    if chosen is None:
        return {}
    if "before" in request:
        say(request["before"], request["limit"])
    ids, text = say(request["texts"][0], request["limit"], **chosen)
    return {"output_ids": [ids], "text": [text]}


def in_turn(request):
    """Several prompts one after another, each in a session of its own, each cut at its limit."""
    heard, told = [], []
    for text, most in zip(request["questions"], request["limits"]):  # noqa: B905 - since 3.10
        with session(None):
            ids, said = say(text, most)
        heard.append(ids)
        told.append(said)
    return {"text": told, "message": {"heard": heard}}


def halted(request):
    """A generation that its callback ends after some pieces, and the one after it."""
    heard, rows = [], []

    def hear(token, piece):
        heard.append([int(token), piece])
        return len(heard) < request["limit"]

    with session(None):
        text = request["questions"][0]
        rows.append(RUNNING["model"].generate(text, max_tokens=60, callback=hear, **GREEDY))
        rows.append(say(request["questions"][1], 60)[1])
        history = RUNNING["model"].current_chat_session
    return {"stream": heard, "text": rows, "message": {"history": history}}


def describe(_request):
    """What the model says of itself, and what is left of a session after it."""
    model = RUNNING["model"]
    with session("Be brief."):
        during = model.current_chat_session
    told = {name: str(getattr(model, name, None)) for name in ("backend", "device")}
    return {"message": dict(told, during=during, after=_after(model))}


def _after(model):
    return _attempt(lambda: model.current_chat_session)


def _attempt(function):
    try:
        return function()
    except Exception as error:  # noqa: BLE001 - any refusal is an answer here
        words = "{}: {}".format(type(error).__name__, error)
        return {"error": words.replace(RUNNING["folder"], "MODEL")}


def refuse(request):
    """Something that cannot be done; how that is told, or what comes of it all the same."""
    case = request["case"]
    if case not in REFUSALS or (case == "option" and OURS not in request["options"]):
        return {}
    return {"message": _attempt(lambda: REFUSALS[case](request))}


def _folder(_request):
    gpt4all.GPT4All("no-such-file", model_path="no-such-folder", allow_download=False)
    return "loaded"


REFUSALS = {
    "too-long": lambda request: say("a" + " b" * request["length"], 4)[1],
    "folder": _folder,
    "option": lambda request: say("hello", 8, **request["options"][OURS])[1],
}
OPERATIONS = {
    "search": search,
    "in-turn": in_turn,
    "halted": halted,
    "describe": describe,
    "refuse": refuse,
}
