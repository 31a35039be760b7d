"""The `anthropic` client, any release: recorded answers of a server are replayed to it."""

import anthropic
from guest import chat, replay


def start(_setup, _chain):
    """Return which client this is."""
    return {"anthropic": anthropic.__version__}


def _replayed(url, asked, events):
    """Ask by the method that the probe names; helpers put a stream together themselves."""
    client = replay.kept(asked, lambda: _client(url, asked.get("options", {})))
    request = dict({"model": "tiny-chat"}, **asked["request"])
    path = asked.get("call", "messages.create")
    said = replay.method(client, path)(**request)
    if path == "messages.stream":
        return _helped(said, events)
    if request.get("stream"):
        for event in said:
            events.append(_fields(event))
        return _gathered(events), _last_counts(events)
    told = _fields(said)
    return _common(told), told.get("usage")


def _client(url, options):
    return anthropic.Anthropic(
        base_url=url,
        api_key="unused",
        max_retries=options.get("retries", 0),
        timeout=options.get("timeout", 20),
    )


def _fields(said):
    """Turn an object of the client into plain fields, those that were really sent."""
    if said is None or isinstance(said, (dict, list, str, int, float)):
        return said
    dump = getattr(said, "model_dump", None) or said.dict
    return dump(exclude_unset=True)


def _helped(manager, events):
    """Read a stream through the client's helper."""
    with manager as stream:
        for event in stream:
            told = _fields(event)
            events.append({name: told[name] for name in told if name != "snapshot"})
        told = _fields(stream.get_final_message())
    return _common(told), told.get("usage")


def _common(told):
    """Tell a message by its blocks, without ids of its own."""
    if not isinstance(told, dict):
        return {"odd": told}
    names = ("role", "content", "stop_reason")
    return chat.steady({name: told.get(name) for name in names if name in told})


def _gathered(events):
    """Put the blocks together by their deltas, as texts: nothing is parsed here."""
    blocks, told = {}, {"role": None, "stop_reason": None}
    for event in events:
        if "message" in event:
            told["role"] = (event["message"] or {}).get("role")
        if "content_block" in event:
            blocks[event.get("index")] = dict(event["content_block"] or {})
        delta = event.get("delta") or {}
        told["stop_reason"] = delta.get("stop_reason") or told["stop_reason"]
        block = blocks.setdefault(event.get("index"), {}) if "index" in event else {}
        for name in ("text", "partial_json", "thinking", "signature"):
            if isinstance(delta.get(name), str):
                block[name] = (block.get(name) or "") + delta[name]
    told["content"] = [blocks[at] for at in sorted(blocks)]
    return chat.steady(told)


def _last_counts(events):
    counts = {}
    for event in events:
        counts.update((event.get("message") or {}).get("usage") or {})
        counts.update(event.get("usage") or {})
    return counts


REPLAY = replay.Replay(_replayed, ("replay_anthropic",))
answers, show, stop = REPLAY.answers, REPLAY.show, replay.stop
