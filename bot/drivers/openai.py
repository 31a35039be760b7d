"""The `openai` client: what it sends, and what it makes of the answer."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.answers import MESSAGE, USAGE
from bot.drivers.plain import Plain

_CLIENT = """import openai

client = openai.OpenAI(base_url=base_url + "/v1", api_key="unused", max_retries=0)
"""

_ANSWER = """REQUEST.setdefault("model", "tiny-chat")
answer = client.chat.completions.create(**REQUEST).model_dump(exclude_unset=True)
"""

_STREAMED = """REQUEST.setdefault("model", "tiny-chat")
REQUEST.setdefault("stream_options", {"include_usage": True})
said, calls, finish, usage = {}, {}, None, None
for chunk in client.chat.completions.create(**REQUEST):
    chunk = chunk.model_dump(exclude_unset=True)
    usage = chunk.get("usage") or usage
    for choice in chunk["choices"]:
        delta, finish = choice["delta"], choice.get("finish_reason") or finish
        said["role"] = delta.get("role") or said.get("role")
        for name in ("content", "reasoning_content"):
            if delta.get(name) is not None:
                said[name] = said.get(name, "") + delta[name]
        for call in delta.get("tool_calls") or []:
            whole = calls.setdefault(call["index"], {})
            for name, part in call["function"].items():
                whole[name] = whole.get(name, "") + (part or "")
if calls:
    said["tool_calls"] = [{"function": calls[index]} for index in sorted(calls)]
answer = {"choices": [{"message": said, "finish_reason": finish}], "usage": usage}
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
client = openai.OpenAI(
    base_url=f"http://127.0.0.1:{tap.server_port}/v1", api_key="unused", max_retries=0
)
REQUEST.setdefault("model", "tiny-chat")
if REQUEST.get("stream"):
    REQUEST.setdefault("stream_options", {"include_usage": True})
try:
    client.chat.completions.create(**REQUEST)
except openai.APIStatusError:
    pass
"""

_SEEN = {Link.MESSAGE: MESSAGE, Link.USAGE: USAGE}


def _show(probe: Probe, link: Link) -> str:
    """What the client sends, or what it makes of the answer, whole or in pieces."""
    if probe.ask != "chat":
        return ""
    if link not in _SEEN:
        return _REQUEST if link is Link.REQUEST else ""
    request = probe.request if isinstance(probe.request, dict) else {}
    return _CLIENT + (_STREAMED if request.get("stream") else _ANSWER) + _SEEN[link]


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
