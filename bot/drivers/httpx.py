"""`httpx`, the transport under most clients, asked for itself by the same recorded answers."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain
from bot.drivers.recorded import Asking, replayed

_STREAM = """with client.stream("POST", "/v1/chat/completions", json=ASKED{query}) as answer:
    {inside}
"""
_EVENTS = """answer.raise_for_status()
    data = (line[5:].strip() for line in answer.iter_lines() if line.startswith("data:"))
    events = [json.loads(each) for each in data if each not in ("", "[DONE]")]"""
_LINES = """answer.raise_for_status()
    for line in answer.iter_lines():
        data = line[5:].strip() if line.startswith("data:") else ""
        if data and data != "[DONE]":
            events.append(json.loads(data))
        elif line.rstrip("\\r\\n") and not data:
            events.append({"line": line})"""
_POST = """answer = client.post("/v1/chat/completions?kept=1", json=ASKED{query})
"""
_ANSWER = """answer.raise_for_status()
answer = answer.json()
"""


def _show(probe: Probe, link: Link) -> str:
    """What it sends, and what it makes of the recorded answer."""
    request = probe.request if isinstance(probe.request, dict) else {}
    chat = request.get("request")
    if probe.ask != "replay" or not isinstance(chat, dict):
        return ""
    options = request.get("options")
    told = options if isinstance(options, dict) else {}
    query = f", params={told['query']!r}" if told.get("query") else ""
    post = _POST.format(query=query)
    made = f"client = httpx.Client(base_url=url, timeout={told.get('timeout', 20)})\n"
    asking = Asking(
        made=f"import httpx\n{made}",
        whole=post + _ANSWER,
        odd=post + _ANSWER,
        streamed=_STREAM.format(query=query, inside=_EVENTS),
        one_by_one=_STREAM.format(query=query, inside=_LINES),
        sent=_STREAM.format(query=query, inside="pass") if chat.get("stream") else post,
    )
    return replayed(asking, {"model": "tiny-chat", **chat}, probe, link)


HTTPX = Plain(
    name="httpx",
    guest="httpx",
    asks=frozenset({"replay"}),
    role=Role.TRANSPORT,
    upstream="https://github.com/encode/httpx",
    suite=("replay", "replay-odd", "replay-errors", "replay-requests"),
    shows=_show,
)
