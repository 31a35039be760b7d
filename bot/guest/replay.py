"""The links of a recorded answer, as the client of the cell asks for it and makes sense of it.

`request` of a probe is `{"request", "answer", "cuts", "call", "options", "raises"}`:

    request    what the client is asked to send
    answer     what it gets, or a list: one for each request it sends (see `replay_server`)
    cuts       how the bytes are split, one run each; the first is the one that is told in full
    call       the client's method, where it is not that of a chat
    options    of the client: `retries`, `timeout`, `query`
    raises     whether an error is what is asked about: then it is told and not raised

A client's module makes a `Replay` of one function `call(url, asked, events)`, which appends each
event of a stream to `events` as plain fields and returns the message and the counts. A
client is kept from one answer to the next, as programs do: see `kept`.
"""

import base64
import contextlib
import json
import operator
import re
import threading

from guest import chat
from guest.replay_server import Server
from guest.wire import NOT_EXPOSED, plain

LINKS = frozenset({"request", "stream", "message", "usage"})
CUTS = ("whole",)
EVENT = "data: {}\n\n"
LOCK = threading.Lock()
SHARED = {}  # the server and the clients that were made for it
VARIES = re.compile(r"(?<=errors\.pydantic\.dev)/[0-9.]+| at 0x[0-9a-f]+")


class Beyond(Exception):  # noqa: N818 - reads as what happened
    """The client has no way to ask this: there is nothing to see at any link."""


class Failed(Exception):  # noqa: N818 - reads as what happened
    """What a client raised, in its own words but for what varies from one run to the next."""

    def __init__(self, run):
        """Take the words of a run, which may have sent nothing and raised nothing."""
        told = {"type": "LookupError", "message": "the client sent nothing"}
        told = told if run.error is None else run.words()
        self.message_of_failure = "{}: {}".format(told["type"], told["message"])
        super().__init__(self.message_of_failure)


class Replay:
    """One client before the recorded answers; brings `answers` and `show` of a module."""

    def __init__(self, call, asks):
        """Ask by `call`, for the kinds of question in `asks`."""
        self.call, self.asks = call, frozenset(asks)

    def answers(self, ask):
        """Name the links that a client without an engine can show."""
        return LINKS if ask in self.asks else frozenset()

    def show(self, link, probe, chain):
        """Let the client ask once for each cut, and hand out link by link what became of it."""
        if "runs" not in chain.turn:
            chain.turn["runs"] = self._runs(probe["request"])
        runs = chain.turn["runs"]
        if isinstance(runs[0].error, Beyond):
            return NOT_EXPOSED
        return getattr(self, "_" + link)(runs, probe["request"])

    def _runs(self, asked):
        """Ask once for each cut; who asks at the same time waits, for there is one server."""
        answers = asked["answer"] if isinstance(asked["answer"], list) else [asked["answer"]]
        asked = dict(asked, request=numbers(asked["request"]))
        with LOCK:
            server, found = _server(), []
            for cut in asked.get("cuts") or CUTS:
                server.play(answers, cut)
                found.append(Run(self.call, server, asked))
            return found

    def _request(self, runs, _asked):
        """The first request, how many there were, and what later ones said that it did not.

        What never reached the wire is raised.
        """
        first = runs[0]
        if not first.heard:
            raise Failed(first)
        told = dict(first.heard[0], arrived=len(first.heard))
        later = [each.get("body") for each in first.heard[1:]]
        if any(body != told.get("body") for body in later):
            told["later"] = later
        return told

    def _stream(self, runs, asked):
        streamed = asked["request"].get("stream") or runs[0].events
        return chat.steady(runs[0].events) if streamed else NOT_EXPOSED

    def _message(self, runs, asked):
        """The message; where cuts make a difference, every one that there was, with its cut."""
        told, kinds = [], []
        for run, cut in zip(runs, asked.get("cuts") or CUTS):  # noqa: B905 - not in Python 3.8
            seen = run.message if run.error is None else {"error": run.words()}
            if seen not in kinds:
                kinds.append(seen)
                told.append({"cut": cut, "seen": seen})
        if len(told) > 1:
            return {"depends on where it is cut": told}
        if runs[0].error is not None and not asked.get("raises"):
            raise Failed(runs[0])
        return kinds[0]

    def _usage(self, runs, _asked):
        return NOT_EXPOSED if runs[0].usage is None else runs[0].usage


def _server():
    SHARED["server"] = SHARED.get("server") or Server()
    return SHARED["server"]


def before(answer):
    """Return the address where the next requests are answered with `answer`."""
    server = _server()
    server.play([answer], "whole")
    return server.url


def recorded(status, kind, content):
    """Return an answer of an engine as one to replay: its status, its type and its bytes."""
    body = {"base64": base64.b64encode(content).decode("ascii")}
    return {"status": status, "headers": {"Content-Type": kind}, "body": body}


def streamed(events):
    """Return the answer that a client reads these events from."""
    lines = [each if each == chat.DONE else json.dumps(each) for each in events]
    lines += [chat.DONE] if chat.DONE not in lines else []
    return recorded(200, "text/event-stream", "".join(map(EVENT.format, lines)).encode("utf-8"))


class Run:
    """What became of one question: requests heard, events seen, message and counts or an error."""

    def __init__(self, call, server, asked):
        """Ask."""
        self.url, self.events, self.error = server.url, [], None
        self.message = self.usage = None
        try:
            self.message, self.usage = plain(call(server.url, asked, self.events))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - panics of Rust code are BaseExceptions
            self.error = error
        self.heard, self.events = list(server.heard), plain(self.events)

    def words(self):
        """Tell the error: its class, its words, the status and the cause that it carries."""
        cause = self.error.__cause__
        return {
            "type": type(self.error).__name__,
            "message": VARIES.sub("", str(self.error).replace(self.url, "{url}")),
            "status": getattr(self.error, "status_code", None),
            "cause": None if cause is None else type(cause).__name__,
        }


def gathered(events):
    """Return message and counts of a stream of chat chunks; neither where they do not add up."""
    try:
        return completion(chat.gathered(events))
    except (AttributeError, TypeError, ValueError):
        return NOT_EXPOSED, None


def completion(fields):
    """Return message and counts of a chat completion told as plain fields, oddities included."""
    if not isinstance(fields, dict):
        return {"odd": fields}, None
    told = chat.message(fields)
    choices = fields.get("choices") or []
    said = (choices[0].get("message") if choices else None) or {}
    for name in ("refusal", "function_call", "annotations", "audio"):
        if said.get(name):
            told[name] = said[name]
    return told, fields.get("usage")


def method(client, path):
    """Return the method at a dotted path of a client, the first of `a.b|c.b` that it has.

    Raises AttributeError where it has none of them.
    """
    *others, last = path.split("|")
    for each in others:
        with contextlib.suppress(AttributeError):
            return operator.attrgetter(each)(client)
    return operator.attrgetter(last)(client)


def numbers(value):
    """Return `value` with the numbers that JSON cannot carry: `{"$": "nan"}` is one."""
    if isinstance(value, dict):
        if set(value) == {"$"}:
            return float(value["$"])
        return {name: numbers(each) for name, each in value.items()}
    return [numbers(each) for each in value] if isinstance(value, list) else value


def kept(asked, make):
    """Return the client for these options; `make()` makes it for the first who asks."""
    key = json.dumps(asked.get("options") or {}, sort_keys=True)
    clients = SHARED.setdefault("clients", {})
    if key not in clients:
        clients[key] = make()
    return clients[key]


def stop():
    """Let go of the server and of the clients."""
    clients = SHARED.pop("clients", {})
    for client in clients.values():
        getattr(client, "close", int)()
    if SHARED.get("server") is not None:
        SHARED.pop("server").close()
