"""One HTTP request exactly as it stands, and what came back: errors are answers here.

`request` is `{"method", "path", "body"}`, or `"raw"` in the place of `body` for a text that is no
JSON; `"take"` names the fields of the answer that are looked at (dots lead into objects), all of
them where it is missing; `"mask"` names fields whose values depend on what was asked before, such
as counts of what was remembered. Links:

    message   {"status", "type"} with `error` (its type and code) or `answer`
    text      an error's wording, or the names of all fields of the answer
    stream    the events of a stream, as they came, and `[DONE]` where it was said

What a dice or a clock made is told by its kind; equal ids of one answer get equal numbers.
"""

import json

from guest import chat, http_client
from guest.wire import NOT_EXPOSED

LINKS = frozenset({"message", "text", "stream"})
STREAM = "text/event-stream"
HIDDEN = chat.VOLATILE | frozenset(
    {"created_at", "completed_at", "tool_call_id", "call_id", "item_id", "sequence_number"}
)

WHOLE = {"timings": "some timings", "generation_settings": "some settings"}  # told as one


def show(link, probe, chain):
    """Send the request once, and hand out what came back link by link."""
    if "wire" not in chain.turn:
        chain.turn["wire"] = send(probe["request"], chain.base_url, probe["seconds"] / 2)
    return chain.turn["wire"][link]


def send(request, base_url, seconds):
    """Send `request`; returns the values of all links. Raises what the connection raises."""
    content = request["raw"].encode("utf-8") if "raw" in request else None
    if "body" in request:
        content = json.dumps(request["body"]).encode("utf-8")
    method = request.get("method", "GET" if content is None else "POST")
    status, kind, told = http_client.exchange(base_url, method, request["path"], content, seconds)
    kind = kind.partition(";")[0].strip()
    message = {"status": status, "type": kind}
    mask = Masked(request.get("mask", ()))
    if kind == STREAM:
        return {"message": message, "text": NOT_EXPOSED, "stream": _events(told, mask)}
    answer = _read(told)
    if status >= http_client.FIRST_ERROR:
        message["error"], text = _error(answer)
    else:
        text = sorted(set(_names(answer, "")))
        message["answer"] = mask.of(_taken(answer, request.get("take")))
    return {"message": message, "text": text, "stream": NOT_EXPOSED}


def _events(told, mask):
    """Return each line of a stream that says something, in order."""
    found = []
    for line in told.decode("utf-8", "replace").split("\n"):
        name, colon, data = line.strip().partition(":")
        if not colon or not name:
            continue
        data = data.strip()
        found.append(mask.of(_read(data)) if name == "data" else {name: mask.of(_read(data))})
    return found


def _read(told):
    """Return JSON as it is meant, anything else as text."""
    try:
        return json.loads(told)
    except ValueError:
        return told.decode("utf-8", "replace") if isinstance(told, bytes) else told


def _error(answer):
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    if not isinstance(error, dict):
        return None, error
    sort = {name: error[name] for name in ("type", "code", "param") if name in error}
    return sort, error.get("message")


def _taken(answer, take):
    if take is None:
        return answer
    found = {}
    for path in take:
        value, there = answer, True
        for name in path.split("."):
            there = there and isinstance(value, dict) and name in value
            value = value[name] if there else None
        if there:
            found[path] = value
    return found


def _names(value, path):
    """Yield the path of every field."""
    if isinstance(value, dict):
        for name, each in value.items():
            here = path + "." + name if path else name
            yield here
            for inner in () if name in WHOLE else _names(each, here):
                yield inner
    elif isinstance(value, list):
        for each in value:
            for inner in _names(each, path + "[]"):
                yield inner


class Masked:
    """Values without what differs from run to run; remembers ids, so that equal ones stay equal.

    An id is told by the place where it first stood and a number there: that one more is told
    somewhere else renames no other.
    """

    def __init__(self, hidden=()):
        """Begin with no id seen; the fields `hidden` are told by their kind as well."""
        self._hidden = HIDDEN.union(hidden)
        self._seen = {}
        self._counts = {}

    def of(self, value, path=""):
        """Return `value`, which stands at `path`, with volatile fields told by their kind."""
        if isinstance(value, dict):
            inner = path + "." if path else ""
            return {name: self._field(name, each, inner + name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.of(each, path + "[]") for each in value]
        return value

    def _field(self, name, value, path):
        if name in WHOLE:
            return WHOLE[name]
        if name.endswith("_ms") and isinstance(value, (int, float)):
            return "some time"
        if name not in self._hidden or value is None or value == "":
            return self.of(value, path)
        return self._named(value, path) if isinstance(value, str) else "some number"

    def _named(self, value, path):
        if value not in self._seen:
            self._counts[path] = self._counts.get(path, 0) + 1
            self._seen[value] = "some {} {}".format(path, self._counts[path])
        return self._seen[value]
