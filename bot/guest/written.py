"""Answers as they are written: status, media type, fields in the order in which they come.

A client smooths much over: the order of keys, ids, a missing `[DONE]`, null for an empty text,
the same index twice. Programs that read the wire themselves do not. So here nothing is parsed
that stands in a text, and nothing is added up but pieces that nobody promises the length of.
Left out is what differs from one run to the next: of ids and times only the kind is told.
"""

import http.client
import json
from urllib.parse import urlsplit

from guest import chat
from guest.wire import NOT_EXPOSED

OK = 200
FIRST_ERROR = 400  # HTTP status codes from here on are errors
PATH = "/v1/chat/completions"
VOLATILE = frozenset({"id", "created", "model", "system_fingerprint", "timings", "build_info"})
SCORES = frozenset({"token", "bytes", "logprob", "top_logprobs"})  # the link `logprobs` tells them
COUNTS = frozenset({"prompt_tokens", "completion_tokens", "total_tokens"})
PREFIXES = ("chatcmpl-tool-", "chatcmpl-", "cmpl-", "call_", "tool-", "resp_", "msg_")
PIECES = frozenset({"content", "reasoning", "reasoning_content", "arguments", "refusal"})


class Told:
    """One answer: its status, its media type, its text and, where it is JSON, its body."""

    def __init__(self, status, kind, content):
        """Read `content`; bytes that are no UTF-8 are shown as such."""
        self.status, self.kind = status, kind
        self.text = content.decode("utf-8", "backslashreplace")
        try:
            self.body = json.loads(self.text)
        except ValueError:
            self.body = None


def get(base_url, path, seconds):
    """Ask for `path`; returns a `Told`, whatever the status. Raises `OSError`."""
    return _ask(base_url, "GET", path, None, seconds)


def post(base_url, path, body, seconds):
    """Send `body` as JSON; returns a `Told`, whatever the status. Raises `OSError`."""
    return _ask(base_url, "POST", path, json.dumps(body).encode("utf-8"), seconds)


def _ask(base_url, method, path, content, seconds):
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=seconds)
    headers = {"Content-Type": "application/json"} if content else {}
    try:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        return Told(answer.status, answer.getheader("Content-Type") or "", answer.read())
    finally:
        connection.close()


def show(link, probe, chain):
    """Send the request once; shows a stream at `stream` and any other answer at `message`."""
    streamed = bool(probe["request"].get("stream"))
    if streamed != (link == "stream"):
        return NOT_EXPOSED
    request = chat.body(probe, chain)
    told = post(chain.base_url, PATH, request, probe["seconds"] / 2)
    head = {"status": told.status, "type": told.kind.replace(" ", "").lower()}
    if streamed and told.status < FIRST_ERROR:
        return dict(head, **stream(told.text))
    return dict(head, **(dict(flat(told.body)) if told.body is not None else {"text": told.text}))


def flat(value, path="", told=None):
    """Yield each field of `value` with its path, and the order of keys of each object.

    `told(path, name, value)` is what is told of a field, by default what is `steady` in it.
    """
    if isinstance(value, dict):
        yield (path or "body") + " keys", list(value)
        for name, each in value.items():
            seen = (told or steady)(path, name, each)
            yield from flat(seen, path + "." + name if path else name, told)
    elif isinstance(value, list):
        yield (path or "body") + " length", len(value)
        for at, each in enumerate(value):
            yield from flat(each, "{}[{}]".format(path, at), told)
    else:
        yield path or "body", value


def steady(path, name, value):
    """Return the value of field `name` of `path`, or only its kind where it differs by nature."""
    counted = "usage" in path.split(".") and name not in COUNTS and isinstance(value, (int, float))
    scored = name in SCORES and "logprobs" in path
    return kind(value) if name in VOLATILE or counted or scored else value


def kind(value):
    """Name the kind of a value: `<text>`, `<empty text>`, `<call_...>`, `<number>`..."""
    if isinstance(value, str):
        prefix = next((each for each in PREFIXES if value.startswith(each)), "")
        return "<{}>".format(prefix + "..." if prefix else "text" if value else "empty text")
    if isinstance(value, bool) or value is None:
        return value
    names = {int: "number", float: "number", dict: "object", list: "list"}
    return "<{}>".format(names.get(type(value), "odd"))


def stream(text):
    """Return what a stream is made of: its lines, kinds of event, the end, and what adds up.

    Events of one kind that follow one another are told once: how long pieces are is nobody's
    promise, and neither is how many there are.
    """
    shapes, order, sums, ends, odd = {}, [], {}, 0, set()
    for line in text.replace("\r\n", "\n").split("\n"):
        name, colon, data = line.partition(":")
        if not line:
            continue
        if name != "data" or not colon:
            odd.add(name + ":" if colon else "no field")
        elif data.strip() == "[DONE]":
            ends += 1
        else:
            name = _event(data, shapes, sums)
            order.extend([] if order[-1:] == [name] else [name])
    told = {"adds up to " + path: value for path, value in sums.items()}
    for name, shape in shapes.items():
        told.update((name + ": " + path, value) for path, value in flat(shape, told=_as_it_is))
    return dict(told, order=order, done=ends, other_lines=sorted(odd))


def _event(data, shapes, sums):
    """Name an event by what it brings, and the second and third of one name by its number."""
    try:
        event = json.loads(data)
    except ValueError:
        return "no JSON"
    shape = _masked(event, "", sums)
    name, number = _brings(event) + " event", 1
    while True:
        called = name if number == 1 else "{} {}".format(name, number)
        known = shapes.setdefault(called, shape)
        if json.dumps(known) == json.dumps(shape):
            return called
        number += 1


def _brings(event):
    if not isinstance(event, dict):
        return "odd"
    found = {name for name in ("usage", "error") if event.get(name) is not None}
    for choice in event.get("choices") or []:
        delta = choice.get("delta") or {}
        found.update(name for name, value in delta.items() if value is not None)
        found.update(["finish"] if choice.get("finish_reason") else [])
    return "+".join(sorted(found)) or "empty"


def _as_it_is(_path, _name, value):
    return value


def _masked(value, path, sums):
    """Return `value` with pieces of text taken out of it and added to `sums` by their path."""
    if isinstance(value, dict):
        return {
            name: _piece(name, steady(path, name, each), path + "." + name if path else name, sums)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [
            _masked(each, "{}[{}]".format(path, _index(each, at)), sums)
            for at, each in enumerate(value)
        ]
    return value


def _index(value, at):
    """A call is known by the index that it names; anything else by where it stands."""
    return value["index"] if isinstance(value, dict) and "index" in value else at


def _piece(name, value, path, sums):
    if name in PIECES and isinstance(value, str):
        sums[path] = sums.get(path, "") + value
        return "<text>" if value else "<empty text>"
    return _masked(value, path, sums)
