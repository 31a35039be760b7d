"""`httpx`, the transport under most clients, asked for itself by the same recorded answers."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain
from bot.drivers.recorded import replayed

_REPLAYED = """import httpx

OPTIONS = REQUEST.get("options") or {}
client = httpx.Client(base_url=url, timeout=OPTIONS.get("timeout", 20))


def ask(url, events):
    body = {"model": "tiny-chat", **REQUEST["request"]}
    told = {"params": OPTIONS["query"]} if OPTIONS.get("query") else {}
    if not body.get("stream"):
        answer = client.post("/v1/chat/completions?kept=1", json=body, **told)
        answer.raise_for_status()
        return answer.json()
    with client.stream("POST", "/v1/chat/completions", json=body, **told) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            data = line[5:].strip() if line.startswith("data:") else ""
            if data and data != "[DONE]":
                events.append(json.loads(data))
            elif line.rstrip("\\r\\n") and not data:
                events.append({"line": line})
"""


def _show(probe: Probe, link: Link) -> str:
    """What it sends, and what it makes of the recorded answer."""
    return replayed(_REPLAYED, probe, link) if probe.ask == "replay" else ""


HTTPX = Plain(
    name="httpx",
    guest="httpx",
    asks=frozenset({"replay"}),
    role=Role.TRANSPORT,
    upstream="https://github.com/encode/httpx",
    suite=("replay", "replay-odd", "replay-errors", "replay-requests"),
    shows=_show,
)
