"""The bytes of a recorded answer as they go over the wire, worked out before a proof is written.

It says what `guest/replay_server.py` says: the same framing, the same ends, the same cuts.
"""

from __future__ import annotations

import base64
import gzip
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

from bot.core.model import Json

_MISSING = 64  # bytes that are promised and never sent when an answer ends short
_OFTEN = 0.08  # how many of the places of an answer a random cut takes
_PHRASES = dict(  # a refusal is told with its words
    line.split(" ", 1)
    for line in """\
200 OK
201 Created
202 Accepted
203 Non-Authoritative Information
204 No Content
205 Reset Content
206 Partial Content
207 Multi-Status
208 Already Reported
226 IM Used
300 Multiple Choices
301 Moved Permanently
302 Found
303 See Other
304 Not Modified
305 Use Proxy
307 Temporary Redirect
308 Permanent Redirect
400 Bad Request
401 Unauthorized
402 Payment Required
403 Forbidden
404 Not Found
405 Method Not Allowed
406 Not Acceptable
407 Proxy Authentication Required
408 Request Timeout
409 Conflict
410 Gone
411 Length Required
412 Precondition Failed
413 Request Entity Too Large
414 Request-URI Too Long
415 Unsupported Media Type
416 Requested Range Not Satisfiable
417 Expectation Failed
418 I'm a Teapot
421 Misdirected Request
422 Unprocessable Entity
423 Locked
424 Failed Dependency
425 Too Early
426 Upgrade Required
428 Precondition Required
429 Too Many Requests
431 Request Header Fields Too Large
451 Unavailable For Legal Reasons
500 Internal Server Error
501 Not Implemented
502 Bad Gateway
503 Service Unavailable
504 Gateway Timeout
505 HTTP Version Not Supported
506 Variant Also Negotiates
507 Insufficient Storage
508 Loop Detected
510 Not Extended
511 Network Authentication Required
""".splitlines()
)


def wire(answer: Mapping[str, Json], cut: Json) -> list[bytes]:
    """Return the pieces in which `answer` is written, its head first."""
    body, framing = _content(answer), answer.get("framing", "length")
    short = answer.get("end") == "short"
    lines = [f"{name}: {value}" for name, value in _table(answer.get("headers")).items()]
    lines += ["Content-Encoding: gzip"] if answer.get("gzip") else []
    if framing == "length":
        lines.append(f"Content-Length: {len(body) + _MISSING * short}")
    elif framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
    status = int(str(answer.get("status", 200)))
    first = f"HTTP/1.1 {status} {_PHRASES.get(str(status), '')}"
    head = "\r\n".join((first, *lines, "Connection: close", "", "")).encode("latin-1")
    parts = [part for part in _pieces(body, cut) if part]
    if framing != "chunked":
        return [head, *parts]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return [head, chunks + b"0\r\n\r\n" * (not short)]


def seconds(answer: Mapping[str, Json]) -> float:
    """Return how long nothing is said."""
    return float(str(answer.get("wait", 0)))


def _content(answer: Mapping[str, Json]) -> bytes:
    body = answer.get("body", "")
    coded = body.get("base64") if isinstance(body, dict) else None
    whole = str(body).encode() if coded is None else base64.b64decode(str(coded))
    return gzip.compress(whole, mtime=0) if answer.get("gzip") else whole


def _pieces(whole: bytes, cut: Json) -> list[bytes]:
    places = [0, *_places(len(whole), cut), len(whole)]
    return [whole[a:b] for a, b in pairwise(places)]


def _places(size: int, cut: Json) -> Sequence[int]:
    match cut:
        case dict():
            draw = random.Random(int(str(cut["random"])))  # noqa: S311 - the same, no secret
            return [at for at in range(1, size) if draw.random() < _OFTEN]
        case list():
            return [int(str(each)) for each in cut]
        case int():
            return range(cut, size, cut)
        case _:
            return range(1, size) if cut == "every" else ()


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
