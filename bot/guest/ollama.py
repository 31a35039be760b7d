"""The `ollama` client, any release: recorded answers of its server are replayed to it."""

import importlib

import ollama
from guest import chat, replay, typed

COUNTS = ("prompt_eval_count", "eval_count")


def start(_setup, _chain):
    """Return which client this is."""
    version = importlib.import_module("importlib.metadata").version("ollama")
    return {"ollama": version}


def _replayed(url, asked, events):
    """Ask by the method that the probe names, and put a stream's messages together."""
    options = asked.get("options", {})
    seconds = options.get("timeout", 20)
    client = replay.kept(asked, lambda: ollama.Client(host=url, timeout=seconds))
    path = asked.get("call", "chat")
    request = dict(asked["request"])
    if path not in ("list", "ps", "copy"):
        request.setdefault("model", "tiny-chat")
    if "source" in asked:
        return _typed(client, asked, request)
    said = replay.method(client, path)(**request)
    if request.get("stream"):
        for event in said:
            events.append(_fields(event))
        return (_gathered(events) if path == "chat" else events[-1:]), _counts(events[-1:])
    told = _fields(said)
    if path != "chat":
        return told, None
    return _common([told], told), _counts([told])


def _fields(said):
    """Turn what the client hands out into plain fields, those that were really sent."""
    dump = getattr(said, "model_dump", None)
    told = dump(exclude_unset=True) if dump else said
    return typed.told(dict(told)) if hasattr(told, "items") else typed.told(told)


def _gathered(events):
    return _common(events, events[-1] if events else {})


def _common(events, last):
    """Tell messages in the common form, put together."""
    told, calls = {"role": None, "content": None}, []
    for message in (each.get("message") or {} for each in events):
        told["role"] = message.get("role") or told["role"]
        for name, ours in (("content", "content"), ("thinking", "reasoning")):
            if message.get(name) is not None:
                told[ours] = (told.get(ours) or "") + message[name]
        made = message.get("tool_calls") or []
        calls.extend(chat.steady(call.get("function")) for call in made)
        if message.get("images"):
            told["images"] = message["images"]
    if calls:
        told["tool_calls"] = calls
    told["finish_reason"] = last.get("done_reason")
    return told


def _counts(events):
    last = events[-1] if events else {}
    return {name: last.get(name) for name in COUNTS}


def _typed(client, asked, request):
    """Hand a Python function or model over as a tool, or a model's schema as the format."""
    made = typed.made(asked["source"], asked["name"])
    if asked.get("kind") == "answer":
        request["format"] = made.model_json_schema()
    else:
        request["tools"] = [made]
    return _common([_fields(client.chat(**request))], {}), None


REPLAY = replay.Replay(_replayed, ("replay_ollama", "schema_ollama"))
answers, show, stop = REPLAY.answers, REPLAY.show, replay.stop
