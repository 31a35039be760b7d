"""A chat with log-probabilities through the chat endpoint, whole or streamed.

`request` is a chat with `logprobs: true`. Links beside those of a chat:

    logprobs   [{"id", "logprob", "top": [[id, logprob], ...]}]; where the endpoint tells no id,
               the bytes of the token stand for it, as a number
    text       [{"token", "bytes", "fields", "top"}], what each entry says beside its numbers
"""

from guest import chat, http_client
from guest.wire import NOT_EXPOSED

LINKS = frozenset({"request", "logprobs", "text", "stream", "message", "usage"})


def show(link, probe, chain):
    """Send the request once, and hand out what came back link by link."""
    if link == "request":
        return chat.body(probe, chain)
    if "scored" not in chain.turn:
        chain.turn["scored"] = _ask(probe, chain)
    events, completion, entries = chain.turn["scored"]
    if link == "logprobs":
        return NOT_EXPOSED if entries is None else [_scored(each) for each in entries]
    if link == "text":
        return NOT_EXPOSED if entries is None else [_told(each) for each in entries]
    if link == "stream":
        return events
    return chat.message(completion) if link == "message" else chat.usage(completion)


def _ask(probe, chain):
    """Return the steady events, the completion, and the entries of all tokens or None."""
    request, seconds = chat.body(probe, chain), probe["seconds"] / 2
    if not request.get("stream"):
        whole = http_client.post(chain.base_url, http_client.CHAT, request, seconds)
        return NOT_EXPOSED, whole, _entries([whole])
    heard = http_client.heard(chain.base_url, http_client.CHAT, request, seconds)
    said = [each for each in heard if each != chat.DONE]
    return _without(chat.steady(heard)), chat.gathered(said), _entries(said)


def _entries(answers):
    """Gather what is told of each token; None where nothing is told at all."""
    found, there = [], False
    for answer in answers:
        for choice in answer.get("choices") or []:
            told = (choice.get("logprobs") or {}).get("content")
            there = there or told is not None
            found.extend(told or [])
    return found if there else None


def _without(events):
    """Leave the numbers to the link `logprobs`: a stream is looked at for its shape."""
    if isinstance(events, dict):
        return {name: _without(each) for name, each in events.items() if name != "logprobs"}
    return [_without(each) for each in events] if isinstance(events, list) else events


def _number(entry):
    place = entry.get("id")
    if isinstance(place, int):
        return place
    content = entry.get("bytes")
    content = bytes(content) if content else (entry.get("token") or "").encode("utf-8")
    return int.from_bytes(b"\1" + content, "big")


def _scored(entry):
    beside = [[_number(each), each.get("logprob")] for each in entry.get("top_logprobs") or []]
    return {"id": _number(entry), "logprob": entry.get("logprob"), "top": beside}


def _told(entry):
    return {
        "token": entry.get("token"),
        "bytes": entry.get("bytes"),
        "fields": sorted(entry),
        "top": len(entry.get("top_logprobs") or []),
    }
