"""The client of a stack that has none: asks the engine over HTTP with the standard library.

Beside a chat it answers what no client of a stack asks: `wire` (one request exactly as it
stands, see `guest/wired.py`), `scored` (a chat with log-probabilities, `guest/scored.py`) and
`neighbours` (several at once, `guest/neighbours.py`).
"""

import http.client
import importlib
import json
import time
from urllib.parse import urlsplit

from guest import chat
from guest.wire import NOT_EXPOSED

FIRST_ERROR = 400  # HTTP status codes from here on are errors
GRACE = 0.3  # seconds in which a server that died takes its guest along
CHAT = "/v1/chat/completions"
LINKS = frozenset({"request", "stream", "message", "usage"})
READ = ("", "request", "stream")  # what a client can be given last
ELSEWHERE = {"wire": "wired", "scored": "scored", "neighbours": "neighbours"}


class Refused(Exception):  # noqa: N818 - reads as what happened: "Refused: HTTP 500 ..."
    """The engine answered with an error."""


def post(base_url, path, body, seconds):
    """Send `body` as JSON; returns the answer as JSON. An HTTP error raises `Refused`."""
    return json.loads(_send(base_url, path, body, seconds))


def events(base_url, path, body, seconds):
    """Send `body`; returns the events of the stream that comes back.

    An event that reports an error raises `Refused`.
    """
    return [each for each in heard(base_url, path, body, seconds) if each != chat.DONE]


def heard(base_url, path, body, seconds):
    """Send `body`; returns the events of the stream, and `[DONE]` where the engine says it.

    An event that reports an error raises `Refused`.
    """
    found = []
    for line in _send(base_url, path, body, seconds).split(b"\n"):
        data = line[5:].strip() if line.startswith(b"data:") else b""
        if data:
            found.append(chat.DONE if data == b"[DONE]" else json.loads(data))
        if line.startswith(b"error:") or (found and "error" in found[-1]):
            raise Refused("in the stream: " + line.decode("utf-8", "replace").strip())
    return found


def exchange(base_url, method, path, content, seconds):
    """Send `content` (bytes or None); returns status, content type and body, errors too."""
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=seconds)
    try:
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type") or "", answer.read()
    except (ConnectionError, http.client.HTTPException):
        time.sleep(GRACE)
        raise
    finally:
        connection.close()


def _send(base_url, path, body, seconds):
    content = json.dumps(body).encode("utf-8")
    status, _, told = exchange(base_url, "POST", path, content, seconds)
    if status >= FIRST_ERROR:
        words = "HTTP {}: {}".format(status, told.decode("utf-8", "replace"))
        raise Refused(words)
    return told


def start(_setup, chain):
    """Offer to speak for the stack, unless a client of its own does."""
    if chain.client is None:
        chain.client = fetch_request


def stop():
    """Nothing to stop."""


def answers(ask):
    """Name the links that a client sees of this kind of question."""
    if ask in ELSEWHERE:
        return _asker(ask).LINKS
    return LINKS if ask == "chat" else frozenset()


def _asker(ask):
    return importlib.import_module("guest." + ELSEWHERE[ask])


def fetch_request(probe, chain):
    """Return the request as it goes over the wire."""
    return chat.body(probe, chain)


def show(link, probe, chain):
    """Send the request once, and hand out what came back link by link."""
    if probe["ask"] in ELSEWHERE:
        return _asker(probe["ask"]).show(link, probe, chain)
    if link == "request":
        return fetch_request(probe, chain)
    if chain.last not in READ:
        return NOT_EXPOSED
    if "answer" not in chain.turn:
        chain.turn["answer"] = _ask(probe, chain)
    told, completion = chain.turn["answer"]
    if link == "stream":
        return told
    return chat.message(completion) if link == "message" else chat.usage(completion)


def _ask(probe, chain):
    request, seconds = chat.wire(probe, chain), probe["seconds"] / 2
    if not request.get("stream"):
        return NOT_EXPOSED, post(chain.base_url, CHAT, request, seconds)
    given = chain.last == "stream"
    told = chain.value("stream", probe) if given else heard(chain.base_url, CHAT, request, seconds)
    said = [each for each in told if each != chat.DONE]
    return chat.steady(told), chat.gathered(said)
