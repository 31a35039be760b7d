"""What lets a client read recorded bytes in a proof: a small server, and what became of them.

The bytes, their pieces and what is read of them are worked out here, for this one question: what
its answer has not, and its expectation does not name, does not stand in the proof.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from textwrap import indent

from bot.core.model import Json, Link, Probe
from bot.core.proof import expecting
from bot.drivers.answers import steady
from bot.drivers.heard import hearing
from bot.drivers.message import MORE, message
from bot.drivers.wires import seconds, wire

_SERVER = """import http.server
import threading

{wires}


class Recorded(http.server.BaseHTTPRequestHandler):
{together}    def do_POST(self):
{listens}{says}{moved}

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{{server.server_port}}"
"""
_APART = """    disable_nagle_algorithm = True

"""
_HEARD = """        raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
"""
_NOTED = """        heard.append((self, raw))
"""
_SAY = """        self.wfile.write({wire}{here})
"""
_SAY_PIECES = """        for piece in {wire}:
            self.wfile.write(piece{here})
            time.sleep(0.0002)
"""
_MOVED = """
    do_GET = do_POST
"""
_NEXT = "{name}[min(len(heard), {count}) - 1]"
_TRIED = """try:
{asked}except Exception as error:
    seen = {{"error": {{{error}}}}}
"""
_ANYWAY = """events = []
try:
{asked}except Exception:
    pass
"""
_EVERY = """kinds = []
for wires in CUTS:
{inside}    kinds.append(seen)
seen = seen if kinds.count(seen) == len(kinds) else kinds
"""
_DEPENDS = """kinds = []
for cut, wires in zip({cuts}, CUTS):
{inside}    kinds.append({{"cut": cut, "seen": seen}})
seen = {{"depends on where it is cut": kinds}}
"""
_ERROR = {
    "type": "type(error).__name__",
    "message": 'str(error).replace(url, "{url}")',
    "status": 'getattr(error, "status_code", None)',
    "cause": "error.__cause__ and type(error.__cause__).__name__",
}
_VARIES = r"""re.sub(r"(?<=errors\.pydantic\.dev)/[0-9.]+| at 0x[0-9a-f]+", "", str(error))"""
_FIRST_MOVED, _FIRST_ERROR = 300, 400
_DEPENDING = "depends on where it is cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a client asks in a proof for `ASKED`: what makes it, and what it does with `url`.

    `whole` sets `answer` to plain fields, `odd` to what the client returns; `streamed` sets
    `events` to plain fields, `one_by_one` appends them; `sent` only sends.
    """

    made: str
    whole: str
    odd: str
    streamed: str
    one_by_one: str
    sent: str


def replayed(asking: Asking, asked: Mapping[str, Json], probe: Probe, link: Link) -> str:
    """Show `link` of a recorded chat that a client asks for as `asked`."""
    request = probe.request if isinstance(probe.request, dict) else {}
    answers = _answers(request)
    look = probe.look(link)
    expected = look.golden if look else None
    streamed = bool(asked.get("stream"))
    if not answers or (link is Link.STREAM and not streamed):
        return ""
    if link is Link.MESSAGE:
        wanted = _likely(answers[-1]) if expected is None else expected
        return _messages(asking, asked, probe, wanted, answers)
    last = 'seen = [event["usage"] for event in events if event.get("usage")][-1]\n'
    whole = asking.whole + 'seen = answer.get("usage")\n'
    reads = {
        Link.REQUEST: hearing(asking.sent, expected),
        Link.STREAM: _ANYWAY.format(asked=indent(asking.one_by_one, "    ")) + steady(expected),
        Link.USAGE: asking.streamed + last if streamed else whole,
    }
    start = _start(asking, asked, answers, _cuts(request)[:1], heard=link is Link.REQUEST)
    return start + reads[link] if link in reads else ""


def _answers(request: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    told = request.get("answer")
    return [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, dict)]


def _cuts(request: Mapping[str, Json]) -> Sequence[Json]:
    cuts = request.get("cuts")
    return cuts if isinstance(cuts, list) and cuts else ["whole"]


def _start(
    asking: Asking,
    asked: Mapping[str, Json],
    answers: Sequence[Mapping[str, Json]],
    cuts: Sequence[Json],
    *,
    heard: bool,
) -> str:
    """Return the server, and the client before it."""
    several = len(answers) > 1
    rounds = [[wire(each, cut) for each in answers] for cut in cuts]
    apart = any(len(pieces) > 2 for each in rounds for pieces in each)  # noqa: PLR2004 - the head
    said = [[pieces if apart else b"".join(pieces) for pieces in each] for each in rounds]
    shown = said if several else [each[0] for each in said]
    name = "wires" if len(cuts) > 1 else "WIRES" if several else "WIRE"
    wires = f"ASKED = {_python(asked)}\n"
    wires += f"CUTS = {shown!r}" if len(cuts) > 1 else f"{name} = {shown[0]!r}"
    noted = heard or several
    told = _NEXT.format(name=name, count=len(answers)) if several else name
    here = '.replace(b"{url}", url.encode())' * ("{url}" in repr(shown))
    server = _SERVER.format(
        wires=wires + "\nheard = []" * noted,
        together=_APART * apart,
        listens=_HEARD + _NOTED * noted if noted else _HEARD.replace("raw = ", ""),
        says=_waits(answers) + (_SAY_PIECES if apart else _SAY).format(wire=told, here=here),
        moved=_MOVED * any(_FIRST_MOVED <= _status(each) < _FIRST_ERROR for each in answers),
    )
    imports = "import time\n" * ("time.sleep" in server)
    return f"{imports}{server}{asking.made}"


def _waits(answers: Sequence[Mapping[str, Json]]) -> str:
    """Return what waits before anything is said."""
    waits = [seconds(each) for each in answers]
    several = _NEXT.format(name=repr(waits), count=len(waits))
    told = several if len(waits) > 1 else repr(waits[0])
    return f"        time.sleep({told})\n" * any(waits)


def _messages(
    asking: Asking,
    asked: Mapping[str, Json],
    probe: Probe,
    expected: Json,
    answers: Sequence[Mapping[str, Json]],
) -> str:
    """The message, or every one that there is where cuts make a difference."""
    request = probe.request if isinstance(probe.request, dict) else {}
    kinds = expected.get(_DEPENDING) if isinstance(expected, dict) else None
    kinds = kinds if isinstance(kinds, list) else []
    cuts = [_table(each).get("cut") for each in kinds] or _cuts(request)
    wanted = [_table(each).get("seen") for each in kinds] or [expected]
    read = _one(asking, probe, wanted, streamed=bool(asked.get("stream")))
    start = _start(asking, asked, answers, cuts, heard=False)
    if len(cuts) == 1:
        return start + read
    again = "heard.clear()\n" * (len(answers) > 1)
    inside = indent(again + read, "    ")
    form = (
        _DEPENDS.format(cuts=repr(cuts), inside=inside) if kinds else _EVERY.format(inside=inside)
    )
    return start + form


def _one(asking: Asking, probe: Probe, wanted: Sequence[Json], *, streamed: bool) -> str:
    """Ask once, and read what is wanted of the message or of the error."""
    errors = [each["error"] for each in wanted if isinstance(each, dict) and "error" in each]
    told = next(
        (each for each in wanted if not isinstance(each, dict) or "error" not in each), None
    )
    if isinstance(told, dict) and "odd" in told:
        ask = asking.odd
        read = 'seen = {"odd": answer}\n'
    else:
        ask = asking.streamed if streamed else asking.whole
        read = message(expecting(probe, Link.MESSAGE, told), streamed=streamed)
    if not errors:
        return ask + read
    read = read if len(errors) < len(wanted) else "seen = None\n"
    return _tried(ask + read, errors[0])


def _tried(asked: str, error: Json) -> str:
    names = [name for name in _ERROR if isinstance(error, dict) and name in error]
    told = error.get("message") if isinstance(error, dict) else ""
    fields = dict(_ERROR)
    if "{url}" not in str(told):
        fields["message"] = "str(error)"
    if any(words in str(told) for words in ("errors.pydantic.dev", " object")):
        fields["message"] = fields["message"].replace("str(error)", _VARIES)
    inside = "".join(f'        "{name}": {fields[name]},\n' for name in names)
    told = _TRIED.format(asked=indent(asked, "    "), error="\n" + inside + "    ")
    return "import re\n" * ("re.sub" in told) + told


def _python(value: Mapping[str, Json]) -> str:
    """Return `value` as Python, with the numbers that JSON cannot carry."""
    return re.sub(r"\{'\$': '(-?\w+)'\}", r"float('\1')", repr(value))


def _likely(answer: Mapping[str, Json]) -> Json:
    """Return a message, or an error, with the fields that come of `answer`; no more is known."""
    if _status(answer) >= _FIRST_ERROR:
        return {"error": dict.fromkeys(_ERROR)}
    choices = [choice for event in _events(answer) for choice in _tables(event.get("choices"))]
    said = [_table(choice.get("message") or choice.get("delta")) for choice in choices]
    names = {name for each in said for name, value in each.items() if value}
    told: dict[str, Json] = {"role": None, "content": None}
    if names & {"reasoning", "reasoning_content"}:
        told["reasoning"] = None
    if "tool_calls" in names:
        told["tool_calls"] = _calls(said)
    told |= dict.fromkeys(names & {*MORE})
    told["finish_reason"] = next(
        filter(None, (each.get("finish_reason") for each in choices)), None
    )
    others = len({str(choice.get("index") or 0) for choice in choices}) - 1
    return {**told, "more": [dict(told)] * others} if others > 0 else told


def _calls(said: Sequence[Mapping[str, Json]]) -> list[Json]:
    """Return calls with arguments that are JSON, that are none, or with one of each kind."""
    whole: dict[str, str] = {}
    for call in (call for each in said for call in _tables(each.get("tool_calls"))):
        place = str(call.get("index", len(whole)))
        whole[place] = whole.get(place, "") + str(
            _table(call.get("function")).get("arguments") or ""
        )
    found: list[Json] = []
    for text in whole.values():
        with suppress(ValueError):
            found.append({"arguments": [json.loads(text)]})
            continue
        found.append({"arguments": text})
    return found


def _status(answer: Mapping[str, Json]) -> int:
    return int(str(answer.get("status", 200)))


def _events(answer: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """Yield the objects in the body of an answer, one in each line or one in all."""
    body = answer.get("body", "")
    for text in [str(body), *(line.partition("data:")[2] for line in str(body).splitlines())]:
        with suppress(ValueError):
            told = json.loads(text)
            if isinstance(told, dict):
                yield told


def _tables(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _table(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
