"""The private line out of a cell: one JSON object a line, and values that survive the way.

Engines print to stdout, so the guest speaks over a descriptor of its own. What JSON cannot carry
is told in a form of its own: bytes that are not UTF-8 and text with lone surrogates as
`{"base64": ...}`, numbers that are none as `{"$": "nan"}`, a link that nobody can show as
`{"$": "not exposed"}`.
"""

import base64
import json
import math
import os

NOT_EXPOSED = {"$": "not exposed"}
LINKS = (
    "request",
    "prompt",
    "prompt_ids",
    "logprobs",
    "output_ids",
    "text",
    "stream",
    "message",
    "usage",
)


def plain(value):
    """Return `value` as what JSON can carry; an unknown object becomes its `repr`."""
    if value is None or isinstance(value, (bool, int, float)):
        odd = isinstance(value, float) and not math.isfinite(value)
        return {"$": str(value)} if odd else value
    if isinstance(value, (bytes, bytearray)):
        return _from_bytes(bytes(value))
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    is_list = isinstance(value, (list, tuple, set, frozenset))
    return [plain(each) for each in value] if is_list else repr(value)


def _from_bytes(content):
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def _from_text(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
        return {"base64": base64.b64encode(raw).decode("ascii")}
    return text


class Line:
    """Writes events, each at once and whole."""

    def __init__(self, descriptor):
        """Take over `descriptor`, which no process started from here shall inherit."""
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - no name for it
        self._out = os.fdopen(descriptor, "wb", buffering=0)

    def say(self, event, **fields):
        """Write one event."""
        told = dict(fields, event=event)
        line = json.dumps(plain(told), ensure_ascii=True, allow_nan=False) + "\n"
        rest = memoryview(line.encode("ascii"))
        while rest:
            rest = rest[self._out.write(rest) :]


def text_of(value):
    """Return the text that `plain` may have told as `{"base64": ...}`."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"]).decode("utf-8", "surrogatepass")
    return value
