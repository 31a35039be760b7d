"""The `openai` client: what it sends, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model import Json, Link, Probe, Role
from bot.drivers.answers import STEADY
from bot.drivers.message import counted, message
from bot.drivers.plain import Plain
from bot.drivers.recorded import Asking, replayed

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

_EVENTS = """chunks = client.chat.completions.create(**ASKED)
events = [chunk.model_dump(exclude_unset=True) for chunk in chunks]
"""
_CHUNKS = """for chunk in client.chat.completions.create(**ASKED):
    events.append(chunk.model_dump(exclude_unset=True))
"""
_FIELDS = """def fields(told):
    listed = isinstance(told, list)
    return [fields(each) for each in told] if listed else told.model_dump(exclude_unset=True)


"""
_FIELD = ("chunk.model_dump(exclude_unset=True)", "fields(chunk)")
_SPLIT = """known = inspect.signature(client.chat.completions.create).parameters
extra = {name: ASKED.pop(name) for name in [*ASKED] if name not in known}
"""
_ALWAYS = frozenset(  # what every release takes; a younger word goes to `extra_body` of an older
    {
        *("messages", "model", "frequency_penalty", "function_call", "functions", "logit_bias"),
        *("max_tokens", "n", "presence_penalty", "response_format", "seed", "stop", "stream"),
        *("temperature", "tool_choice", "tools", "top_p", "user"),
    }
)
_OTHERS = frozenset({"call", "source", "bare"})  # other methods than that of a chat


def _show(probe: Probe, link: Link) -> str:
    """What the client sends, or what it makes of the answer, whole or in pieces."""
    request = probe.request if isinstance(probe.request, dict) else {}
    if probe.ask == "replay" and not _OTHERS & request.keys():
        return _replayed(request, probe, link)
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


def _replayed(request: Mapping[str, Json], probe: Probe, link: Link) -> str:
    """What it sends, and what it makes of the recorded answer."""
    chat = request.get("request")
    if not isinstance(chat, dict):
        return ""
    asked: dict[str, Json] = {"model": "tiny-chat", **chat}
    split = bool(asked.keys() - _ALWAYS)
    if link is not Link.REQUEST:  # what is only carried changes nothing of a recorded answer
        asked = {name: each for name, each in asked.items() if name in _ALWAYS}
    call = f"client.chat.completions.create(**ASKED{', extra_body=extra' * split})"
    given = request.get("options")
    options = given if isinstance(given, dict) else {}
    words: dict[str, Json] = {"api_key": "unused", "max_retries": options.get("retries", 0)}
    words["timeout"] = options.get("timeout", 20)
    words |= {"default_query": options["query"]} if "query" in options else {}
    told = "".join(f", {name}={each!r}" for name, each in words.items())
    made = f'client = openai.OpenAI(base_url=url + "/v1"{told})\n'
    create = "answer = client.chat.completions.create(**ASKED)"
    look = probe.look(link)
    listed = _listed(look.golden if look else None)
    asking = Asking(
        made=f"import openai\n{_FIELDS * listed}{made}",
        whole=f"{create}.model_dump(exclude_unset=True)\n",
        odd=f"{create}\n" + "answer = fields(answer)\n" * listed,
        streamed=_EVENTS,
        one_by_one=_CHUNKS.replace(*_FIELD) if listed else _CHUNKS,
        sent=f"{_SPLIT * split}{call}\n",
    )
    start = "import inspect\n" * (split and link is Link.REQUEST)
    shown = replayed(asking, asked, probe, link)
    return f"{start}{shown}" if shown else ""


def _listed(expected: Json) -> bool:
    """Whether the answer, or an event, is a list: the client makes objects of what is in it."""
    told = expected.get("odd") if isinstance(expected, dict) else expected
    several = told if isinstance(told, list) else []
    inside = any(isinstance(each, list) for each in several)
    return inside or (isinstance(expected, dict) and bool(several))


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
