"""`httpx` alone, as the transport under every client: posts a chat and reads the answer's lines.

The lines are those of its own `iter_lines`, joined to events as a client without a parser of its
own would; nothing is repaired that a release did to them.
"""

import json

import httpx
from guest import replay


def start(_setup, _chain):
    """Return which release this is."""
    return {"httpx": httpx.__version__}


def _replayed(url, asked, events):
    """Post the request; a stream is read line by line, anything else at once."""
    options = asked.get("options", {})
    query = options.get("query")
    body = dict({"model": "tiny-chat"}, **asked["request"])
    told = {"params": query} if query else {}
    seconds = options.get("timeout", 20)
    client = replay.kept(asked, lambda: httpx.Client(base_url=url, timeout=seconds))
    if not body.get("stream"):
        answer = client.post("/v1/chat/completions?kept=1", json=body, **told)
        answer.raise_for_status()
        return replay.completion(answer.json())
    with client.stream("POST", "/v1/chat/completions", json=body, **told) as answer:
        answer.raise_for_status()
        _read(answer, events)
    return replay.gathered(events)


def _read(answer, events):
    for line in answer.iter_lines():
        data = line[5:].strip() if line.startswith("data:") else ""
        if data and data != "[DONE]":
            events.append(json.loads(data))
        elif line.rstrip("\r\n") and not data:
            events.append({"line": line})


REPLAY = replay.Replay(_replayed, ("replay",))
answers, show, stop = REPLAY.answers, REPLAY.show, replay.stop
