"""mistral.rs called in its own process, from safetensors or GGUF, through its Python classes.

A request of OpenAI's dialect becomes the keywords of `ChatCompletionRequest`; one that asks for
what the classes cannot say shows nothing. A keyword that a release does not take is its failure,
told at `request`. No seed can be set on a CPU, so what samples shows nothing.
The prompt is not exposed: the known one is tokenized and completed as it stands.
"""

import importlib.metadata
import json
import os
import re

os.environ.setdefault("RAYON_NUM_THREADS", "1")  # the same sums in every release

import mistralrs
from guest import chat
from guest.mistralrs_engine import RUNNING, asked, runner
from guest.mistralrs_keywords import Unsayable, keywords
from guest.neighbours import foreign
from guest.wire import NOT_EXPOSED, text_of

CHAT = frozenset({"request", "prompt_ids", "logprobs", "text", "stream", "message", "usage"})
LINKS = {
    "chat": CHAT,
    "encode": frozenset({"prompt_ids", "text"}),
    "scored": frozenset({"logprobs", "text", "stream", "message", "usage"}),
    "neighbours": frozenset({"text", "message"}),
    "engine": frozenset({"text"}),
}
GRAMMARS = {"json_schema": "json_schema", "regex": "regex", "lark_grammar": "lark"}
COMPLETED = frozenset({"prompt_ids", "text"})  # made of the prompt as it stands
TOP = 5  # candidates told at each generated token
UNPRINTED = (0x20, 0xAD)  # bytes that a byte-level vocabulary writes as other characters too
REFUSALS = (TypeError, ValueError, OverflowError, RuntimeError)
BUILD = re.compile(r"\n\s*0: | to '(?=Union|Either)")
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


def start(setup, _chain):
    """Load the safetensors beside `setup["config"]`, or the file `setup["gguf"]`, in float32."""
    RUNNING["setup"] = setup
    RUNNING["ids"] = _ids(setup["tokenizer"])
    runner()
    return {"mistralrs": importlib.metadata.version("mistralrs")}


def _ids(path):
    """Return the id of every text that is one token; logprobs name tokens by their text."""
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    shown = [n for n in range(256) if chr(n).isprintable() and n not in UNPRINTED]
    byte_of = {chr(n): n for n in shown}
    rest = [n for n in range(256) if n not in shown]
    byte_of.update((chr(256 + at), n) for at, n in enumerate(rest))
    ids = {}
    for token, place in told["model"]["vocab"].items():
        ids[bytes(byte_of.get(each, 63) for each in token).decode("utf-8", "replace")] = place
    ids.pop("\ufffd", None)  # half a character: many tokens read like this
    ids.update((added["content"], added["id"]) for added in told["added_tokens"])
    return ids


def stop():
    """Let the engine go."""
    RUNNING.clear()


def answers(ask):
    """Name the links that are seen in a question of this kind."""
    return LINKS.get(ask, frozenset())


def show(link, probe, chain):
    """Return the value at `link`; a chat is asked once for message, stream and usage."""
    if probe["ask"] == "encode":
        return asked(lambda: _encode(link, probe["request"]))
    if chain.last not in ("", "prompt" if link in COMPLETED else "request"):
        return NOT_EXPOSED  # something else is given last, and would be made anew
    try:
        if probe["ask"] in OTHERS:
            return OTHERS[probe["ask"]](link, probe["request"], chain)
        shown = _entries if (probe["ask"], link) == ("scored", "text") else SHOWN[link]
        return asked(lambda: shown(probe, chain))
    except Unsayable:
        return NOT_EXPOSED
    except (TypeError, ValueError) as error:
        error.message_of_failure = said(error)
        raise


def said(error):
    """Return the words of an error: no stack of a build, no names of types inside the engine."""
    words = BUILD.split(str(error))[0].rstrip()
    return "{}: {}".format(type(error).__name__, words)


def _made(kind, words, **given):
    """Make a request of a class of the engine; the choice of tools is one of its own words."""
    words = dict(words)
    if "tool_choice" in words:
        words["tool_choice"] = getattr(mistralrs.ToolChoice, words["tool_choice"])
    return kind(model="default", **given, **words)


def _words(probe, chain):
    """Return the keywords and the messages of a chat: the given ones, or those of the request."""
    if "request" not in chain.given:
        return dict(keywords(probe["request"]), messages=probe["request"]["messages"])
    given = dict(chain.value("request", probe))
    given.pop("refused", None)
    return given


def _sent(words, **more):
    body = _made(mistralrs.ChatCompletionRequest, dict(words, **more))
    return runner().send_chat_completion_request(body)


def _request(probe, chain):
    """Show the keywords, and how the class refuses them where it does; links below go on."""
    words = _words(probe, chain)
    try:
        _made(mistralrs.ChatCompletionRequest, words)
    except TypeError as error:
        return dict(words, refused=said(error))
    return words


def tokenized(text):
    """Return the ids of `text` as it stands; releases without a way to ask show nothing."""
    tokenize = getattr(runner(), "tokenize_text", None)
    if tokenize is None:
        return NOT_EXPOSED
    takes = "enable_thinking" in (tokenize.__text_signature__ or "")
    thinking = {"enable_thinking": None} if takes else {}
    return list(tokenize(text, add_special_tokens=False, **thinking))


def _encode(link, request):
    ours = request.keys() <= {"text", "ids"}
    if not ours or not hasattr(runner(), "tokenize_text"):
        return NOT_EXPOSED
    if link == "text" and "ids" in request:
        return runner().detokenize_text(request["ids"], skip_special_tokens=False)
    ids = tokenized(text_of(request["text"]))
    if link == "prompt_ids":
        return ids
    return runner().detokenize_text(ids, skip_special_tokens=False)


def _prompt_ids(probe, chain):
    prompt = chain.value("prompt", probe)
    return NOT_EXPOSED if prompt == NOT_EXPOSED else tokenized(prompt)


def _logprobs(probe, chain):
    return [_token(each) for each in _scored(probe, chain)]


def _entries(probe, chain):
    """Tell what each entry says beside its numbers."""
    return [
        {"token": each.token, "bytes": list(each.bytes or []), "top": len(each.top_logprobs)}
        for each in _scored(probe, chain)
    ]


def _scored(probe, chain):
    """Ask for log-probabilities once, of an answer that is not streamed."""
    if "scored" not in chain.turn:
        words = {"logprobs": True, "top_logprobs": probe["request"].get("top_logprobs") or TOP}
        told = _sent(_words(probe, chain), stream=False, **words).choices[0].logprobs
        chain.turn["scored"] = list(told.content or []) if told else []
    return chain.turn["scored"]


def _token(told):
    top = [[each.token, each.logprob] for each in told.top_logprobs]
    alike = [each.token for each in told.top_logprobs if each.bytes == told.token]
    place = alike[0] if alike else RUNNING["ids"].get(told.token, -1)
    return {"id": place, "logprob": told.logprob, "top": top}


def _text(probe, chain):
    """Complete the known prompt without a template; tools and thoughts are left as text."""
    prompt = chain.value("prompt", probe)
    if prompt == NOT_EXPOSED:
        return NOT_EXPOSED
    words, only = _words(probe, chain), mistralrs.CompletionRequest.__text_signature__
    left = {"messages", "tool_schemas", "tool_choice", "logprobs", "top_logprobs", "stream"}
    words = {name: each for name, each in words.items() if name not in left and name in only}
    body = _made(mistralrs.CompletionRequest, words, prompt=prompt)
    return runner().send_completion_request(body).choices[0].text


def _said(told):
    """Return a message or a part of one as plain fields."""
    names = ("role", "content", "reasoning_content")
    said = {name: getattr(told, name) for name in names if hasattr(told, name)}
    calls = getattr(told, "tool_calls", None) or []
    said["tool_calls"] = [
        {
            "index": getattr(call, "index", at),
            "function": {"name": call.function.name, "arguments": call.function.arguments},
        }
        for at, call in enumerate(calls)
    ]
    return {name: each for name, each in said.items() if each or name != "tool_calls"}


def _counts(told):
    counts = getattr(told, "usage", None)
    return None if counts is None else {name: getattr(counts, name) for name in COUNTS}


def _event(chunk):
    choices = [
        {
            "index": each.index,
            "delta": _said(each.delta),
            "finish_reason": each.finish_reason,
        }
        for each in chunk.choices
    ]
    counts = _counts(chunk)
    return {"choices": choices, "usage": counts} if counts else {"choices": choices}


def _answer(probe, chain):
    """Ask once; returns the events of a stream, and the whole answer as plain fields."""
    if "answer" not in chain.turn:
        chain.turn["answer"] = _told(_words(probe, chain))
    return chain.turn["answer"]


def _told(words):
    told = _sent(words)
    if words.get("stream"):
        events = [_event(chunk) for chunk in told]
        return events, chat.gathered(events)
    choices = [
        {"message": _said(each.message), "finish_reason": each.finish_reason}
        for each in told.choices
    ]
    return NOT_EXPOSED, {"choices": choices, "usage": _counts(told)}


def _neighbours(link, request, chain):
    """Ask once for both links; see `_asked_at_once`."""
    if "neighbours" not in chain.turn:
        chain.turn["neighbours"] = _asked_at_once(request)
    return chain.turn["neighbours"][link]


def _asked_at_once(request):
    """Ask what stands in a round at once, round by round.

    A runner is one thread's at a time, so all are streamed: each is asked before any is read, and
    then they are read in turns.
    """
    bodies = [body for row in request["rounds"] for body in row]
    if any("messages" not in body for body in bodies):
        raise Unsayable("only chats")
    for body in bodies:
        keywords(body)
    asked(lambda: _sent(CANARY))  # who died before is no matter of these
    told = [_round(row) for row in request["rounds"]]
    heard = foreign(told, request.get("canaries") or [])
    return {"text": {"foreign canary": heard}, "message": told}


def _round(bodies):
    """Answer the chats of a round; what is wrong with one is no trouble of its neighbours."""
    streams, wrong = {}, {}
    events = [[] for _ in bodies]
    for at, body in enumerate(bodies):
        try:
            words = dict(keywords(body), messages=body["messages"], stream=True)
            streams[at] = iter(_sent(words))
        except REFUSALS as error:
            wrong[at] = {"error": said(error)}
    while streams:
        for at in list(streams):
            try:
                events[at].append(_event(next(streams[at])))
            except StopIteration:
                del streams[at]
            except REFUSALS as error:
                wrong[at] = {"error": said(error)}
                del streams[at]
    return [wrong.get(at) or chat.message(chat.gathered(each)) for at, each in enumerate(events)]


def _engine(_link, request, _chain):
    """Complete a prompt under a schema, an expression or a grammar; no other operation is known."""
    if request["operation"] != "constrain":
        raise Unsayable(request["operation"])
    kind, grammar = request["guidance"]
    words = {"grammar_type": GRAMMARS[kind], "grammar": grammar, "temperature": 0}
    words.update(prompt=request["texts"][0], max_tokens=request["limit"])
    body = _made(mistralrs.CompletionRequest, words)
    return asked(lambda: [runner().send_completion_request(body).choices[0].text])


def _usage(probe, chain):
    told = _answer(probe, chain)[1]["usage"] or {}
    return {name: told.get(name) for name in COUNTS}


SHOWN = {
    "request": _request,
    "prompt_ids": _prompt_ids,
    "logprobs": _logprobs,
    "text": _text,
    "stream": lambda probe, chain: _answer(probe, chain)[0],
    "message": lambda probe, chain: chat.message(_answer(probe, chain)[1]),
    "usage": _usage,
}
CANARY = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1, "temperature": 0}
OTHERS = {"neighbours": _neighbours, "engine": _engine}
