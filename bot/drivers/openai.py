"""The `openai` client: what it sends, and what it makes of the answer."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.answers import STEADY
from bot.drivers.message import counted, message
from bot.drivers.plain import Plain
from bot.drivers.recorded import replayed

_CLIENT = """import openai

client = openai.OpenAI(base_url=base_url + "/v1", api_key="unused", max_retries=0)
"""

_ANSWER = """asked = {"model": "tiny-chat", **REQUEST}
answer = client.chat.completions.create(**asked).model_dump(exclude_unset=True)
"""

_STREAMED = """asked = {"model": "tiny-chat", "stream_options": {"include_usage": True}, **REQUEST}
stream = client.chat.completions.create(**asked)
events = [chunk.model_dump(exclude_unset=True) for chunk in stream]
"""

_REQUEST = """import http.server
import threading

import openai


class Tap(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global seen
        seen = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_error(418)

    def log_message(self, *_):
        pass


tap = http.server.HTTPServer(("127.0.0.1", 0), Tap)
threading.Thread(target=tap.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{tap.server_port}/v1"
client = openai.OpenAI(base_url=url, api_key="unused", max_retries=0)
counted = {"stream_options": {"include_usage": True}} if REQUEST.get("stream") else {}
asked = {"model": "tiny-chat", **counted, **REQUEST}
try:
    client.chat.completions.create(**asked)
except openai.APIStatusError:
    pass
"""

_REPLAYED = """import inspect

import openai

OPTIONS = REQUEST.get("options") or {}
client = openai.OpenAI(
    base_url=url + "/v1",
    api_key="unused",
    max_retries=OPTIONS.get("retries", 0),
    timeout=OPTIONS.get("timeout", 20),
    default_query=OPTIONS.get("query"),
)


def ask(url, events):
    create = client.chat.completions.create
    asked = {"model": "tiny-chat", **REQUEST["request"]}
    unknown = asked.keys() - inspect.signature(create).parameters.keys()
    extra = {name: asked.pop(name) for name in list(asked) if name in unknown}
    answer = create(**asked, extra_body=extra or None)
    if not asked.get("stream"):
        return answer.model_dump(exclude_unset=True)
    for chunk in answer:
        events.append(chunk.model_dump(exclude_unset=True))
"""
_OTHERS = frozenset({"call", "source", "bare"})  # other methods than that of a chat


def _show(probe: Probe, link: Link) -> str:
    """What the client sends, or what it makes of the answer, whole or in pieces."""
    request = probe.request if isinstance(probe.request, dict) else {}
    if probe.ask == "replay" and not _OTHERS & request.keys():
        return replayed(_REPLAYED, probe, link)
    if probe.ask != "chat":
        return ""
    streamed = bool(request.get("stream"))
    asked = _CLIENT + (_STREAMED if streamed else _ANSWER)
    shown = {
        Link.REQUEST: _REQUEST,
        Link.STREAM: (asked + STEADY) * streamed,
        Link.MESSAGE: asked + message(probe, streamed=streamed),
        Link.USAGE: asked + counted(streamed=streamed),
    }
    return shown.get(link, "")


OPENAI = Plain(
    name="openai",
    guest="openai",
    asks=frozenset({"chat", "replay", "replay_openai", "schema"}),
    role=Role.CLIENT,
    upstream="https://github.com/openai/openai-python",
    suite=(
        "replay",
        "replay-odd",
        "replay-errors",
        "replay-requests",
        "replay-openai",
        "replay-schema",
    ),
    shows=_show,
)
