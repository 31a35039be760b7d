"""What a proof reads of the request that a client sent: the members that are expected of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import indent

from bot.core.model import Json

_KEPT = "content-type accept accept-encoding authorization openai-beta transfer-encoding"
_SENT = """with contextlib.suppress(Exception):
{sent}
request, raw = heard[0]
"""
_ODD = ', parse_constant=lambda each: {"$": str(float(each))}'
_SEEN = {
    "method": "request.command",
    "path": "request.path",
    "arrived": "len(heard)",
    "headers": "{name: request.headers[name] for name in %r}",
    "body": "json.loads(raw%s)",
    "written": "raw",
    "later": '[json.loads(each or "null") for _, each in heard[1:]]',
}
_USUAL = ("method", "path", "headers", "arrived", "body", "written")
_NEVER = 'next((json.loads(each or "null") for _, each in heard if each != raw), None)'
_WRITTEN = """ways = {}
for ascii_only in (True, False):
    for name, between in (("spaced", (", ", ": ")), ("compact", (",", ":"))):
        way = json.dumps(json.loads(raw), ensure_ascii=ascii_only, separators=between).encode()
        ways[way] = name + (" escaped" if ascii_only else " plain" * way.isascii())
"""
_WAYS = """between = {between}
ways = [json.dumps({body}, ensure_ascii=each, separators=between).encode() for each in (0, 1)]
"""
_BETWEEN = {"compact": '(",", ":")', "spaced": '(", ", ": ")'}


_SAME = {
    "plain": "raw == ways[0] and raw.isascii()",
    "escaped": "raw == ways[1] != ways[0]",
    "": "raw == ways[0] and not raw.isascii()",
}


def hearing(sent: str, expected: Json) -> str:
    """Return what sends a request and reads of it what is expected, all where nothing is known."""
    known = expected if isinstance(expected, dict) and expected else dict.fromkeys(_USUAL)
    names = [name for name in _SEEN if name in known]
    fields = dict(_SEEN)
    headers = known.get("headers")
    kept = list(headers) if isinstance(headers, dict) else None
    fields["body"] %= _ODD * ('"$"' in json.dumps(known.get("body")))
    read = ""
    if kept is None:
        fields["headers"] = (
            "{name: request.headers[name] for name in KEPT if name in request.headers}"
        )
        read += f'KEPT = "{_KEPT}".split()\n' * ("headers" in names)
    else:
        fields["headers"] %= (kept,)
    written, fields["written"] = _written(known)
    if known.get("later") is None:
        fields["later"] = _NEVER
    told = "".join(f'    "{name}": {fields[name]},\n' for name in names)
    before = "import contextlib\n" + _SENT.format(sent=indent(sent.rstrip(), "    "))
    return f"{before}{read}{written}seen = {{\n{told}}}\n"


def _written(known: Mapping[str, Json]) -> tuple[str, str]:
    """Return what comes before, and what tells how the body is written."""
    if "written" not in known:
        return "", ""
    word = str(known["written"])
    name, _, how = word.partition(" ")
    if name not in _BETWEEN:
        return _WRITTEN, 'ways.get(raw, "other")'
    ways = _WAYS.format(between=_BETWEEN[name], body="json.loads(raw)")
    return ways, f'"{word}" if {_SAME[how]} else raw'
