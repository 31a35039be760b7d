"""The client of a stack that has none: asks the engine over HTTP with the standard library."""

import http.client
import json
from urllib.parse import urlsplit

from guest import chat
from guest.wire import NOT_EXPOSED

FIRST_ERROR = 400  # HTTP status codes from here on are errors
LINKS = frozenset({"request", "stream", "message", "usage"})


class Refused(Exception):  # noqa: N818 - reads as what happened: "Refused: HTTP 500 ..."
    """The engine answered with an error."""


def post(base_url, path, body, seconds):
    """Send `body` as JSON; returns the answer as JSON. An HTTP error raises `Refused`."""
    return json.loads(_send(base_url, path, body, seconds))


def events(base_url, path, body, seconds):
    """Send `body`; returns the events of the stream that comes back.

    An event that reports an error raises `Refused`.
    """
    found = []
    for line in _send(base_url, path, body, seconds).split(b"\n"):
        data = line[5:].strip() if line.startswith(b"data:") else b""
        if data and data != b"[DONE]":
            found.append(json.loads(data))
        if line.startswith(b"error:") or (found and "error" in found[-1]):
            raise Refused("in the stream: " + line.decode("utf-8", "replace").strip())
    return found


def _send(base_url, path, body, seconds):
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=seconds)
    try:
        content = json.dumps(body).encode("utf-8")
        connection.request("POST", path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    if answer.status >= FIRST_ERROR:
        words = "HTTP {}: {}".format(answer.status, told.decode("utf-8", "replace"))
        raise Refused(words)
    return told


def start(_setup, chain):
    """Offer to speak for the stack, unless a client of its own does."""
    if chain.client is None:
        chain.client = fetch_request


def stop():
    """Nothing to stop."""


def answers(ask):
    """Name the links of a chat that a client sees."""
    return LINKS if ask == "chat" else frozenset()


def fetch_request(probe, chain):
    """Return the request as it goes over the wire."""
    return chat.body(probe, chain)


def show(link, probe, chain):
    """Send the request once, and hand out what came back link by link."""
    if link == "request":
        return fetch_request(probe, chain)
    if "answer" not in chain.turn:
        chain.turn["answer"] = _ask(probe, chain)
    told, completion = chain.turn["answer"]
    if link == "stream":
        return told
    return chat.message(completion) if link == "message" else chat.usage(completion)


def _ask(probe, chain):
    request, seconds = chat.body(probe, chain), probe["seconds"] / 2
    path = "/v1/chat/completions"
    if not request.get("stream"):
        return NOT_EXPOSED, post(chain.base_url, path, request, seconds)
    told = events(chain.base_url, path, request, seconds)
    return chat.steady(told), chat.gathered(told)
