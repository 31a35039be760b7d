"""What a proof reads of one HTTP request as it stands: what is expected of the answer, no more.

A dice or a clock made some values. `guest/wired.py` tells them by their kind; a proof puts the
kind that is expected where such a value came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.model import Json, Link, Probe

_SENT = """import http.client

connection = http.client.HTTPConnection(base_url.partition("//")[2], timeout=60)
content = {content}
connection.request({method!r}, REQUEST["path"], content, {{"Content-Type": "application/json"}})
answer = connection.getresponse()
content = answer.read().decode("utf-8", "replace")
"""
_HIDE = """HIDDEN = {hidden}

def hide(told):
    return {{name: each if {plain} else {kind} for name, each in told.items()}}

"""
_SHOWN = 'name not in HIDDEN or each in (None, "")'
_READ = """import contextlib
told = content
with contextlib.suppress(ValueError):
    told = json.loads(content{hook})
"""
_READ_JSON = """told = json.loads(content{hook})
"""
_ERROR = """error = told.get("error", told) if isinstance(told, dict) else told
"""
_MEMBERS = {
    "status": "answer.status",
    "type": '(answer.getheader("content-type") or "").partition(";")[0].strip()',
    "error": "None if not isinstance(error, dict) else error",
    "answer": "told",
}
_SORT = "{name: error.get(name) for name in %r}"
_TAKE = """import contextlib
import functools
taken = {{}}
for path in REQUEST["take"]:
    with contextlib.suppress(KeyError, TypeError):
        taken[path] = functools.reduce(lambda inner, name: inner[name], path.split("."), told)
{hidden}"""
_HIDDEN = """taken = json.loads(json.dumps(taken), object_hook=hide)
"""
_WORDS = """seen = error.get("message") if isinstance(error, dict) else error
"""
_NAMES = """WHOLE = ("timings", "generation_settings")


def fields(value, path=""):
    if isinstance(value, list):
        return {name for each in value for name in fields(each, path + "[]")}
    found = set()
    for name, each in value.items() if isinstance(value, dict) else ():
        here = f"{path}.{name}" if path else name
        found |= {here} | (set() if name in WHOLE else fields(each, here))
    return found


seen = sorted(fields(told))
"""
_EVENTS = """import contextlib
seen = []
for line in content.split("\\n"):
    name, colon, told = (part.strip() for part in line.partition(":"))
    with contextlib.suppress(ValueError):
        told = json.loads(told{hook})
    if name and colon:
        seen.append(told if name == "data" else {{name: told}})
"""
_VOLATILE = frozenset(
    {
        *("id", "created", "model", "system_fingerprint", "timings", "obfuscation"),
        *("created_at", "completed_at", "tool_call_id", "call_id", "item_id"),
        *("sequence_number", "generation_settings"),
    }
)


def exchanged(probe: Probe, link: Link) -> str:
    """Show what is expected at `link` of an exchange; nothing where nothing is known of it."""
    request = probe.request if isinstance(probe.request, dict) else {}
    look = probe.look(link)
    expected = look.golden if look else None
    if expected is None:
        return ""
    contents = {"raw": 'REQUEST["raw"].encode()', "body": 'json.dumps(REQUEST["body"]).encode()'}
    content = next((each for name, each in contents.items() if name in request), "None")
    method = str(request.get("method", "GET" if content == "None" else "POST"))
    sent = _SENT.format(content=content, method=method)
    hide = _hide(expected, request)
    hook = ", object_hook=hide" if hide else ""
    if link is Link.STREAM:
        return hide + sent + _EVENTS.format(hook=hook)
    taking = link is Link.MESSAGE and "take" in request
    said = [_dict(expected).get(name) for name in ("answer", "error")] * (link is Link.MESSAGE)
    reads = _READ_JSON if any(isinstance(each, dict | list) for each in said) else _READ
    read = hide + sent + reads.format(hook="" if taking else hook)
    if link is Link.TEXT:
        return read + (_NAMES if isinstance(expected, list) else _ERROR + _WORDS)
    if link is not Link.MESSAGE or not isinstance(expected, dict):
        return ""
    return read + _message(expected, _HIDDEN * bool(hide), taking=taking)


def _message(expected: Mapping[str, Json], hidden: str, *, taking: bool) -> str:
    """Return what reads the members that are expected."""
    members, read = dict(_MEMBERS), _ERROR * ("error" in expected)
    if isinstance(expected.get("error"), dict):
        members["error"] = _SORT % ([*_dict(expected["error"])],)
    if "answer" in expected and taking:
        read += _TAKE.format(hidden=hidden)
        members["answer"] = "taken"
    told = "".join(f'    "{name}": {members[name]},\n' for name in members if name in expected)
    return f"{read}seen = {{\n{told}}}\n"


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _hide(expected: Json, request: Mapping[str, Json]) -> str:
    """Return what puts the expected kind in the place of a value that a dice or a clock made."""
    mask = request.get("mask")
    names = {*_VOLATILE, *(str(each) for each in (mask if isinstance(mask, list) else ()))}
    kinds: dict[str, list[str]] = {}
    for name, kind in _kinds(expected, names):
        kinds.setdefault(name, []).append(kind)
    if not kinds:
        return ""
    if all(len({*each}) == 1 for each in kinds.values()):
        alike = {name: each[0] for name, each in kinds.items()}
        return _HIDE.format(hidden=repr(alike), plain=_SHOWN, kind="HIDDEN[name]")
    each = {name: each[::-1] for name, each in kinds.items()}
    return _HIDE.format(hidden=repr(each), plain=_SHOWN, kind="HIDDEN[name].pop()")


def _kinds(told: Json, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield volatile names with their kinds, inner objects first as JSON is read."""
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    for each in inner:
        yield from _kinds(each, names)
    for path, kind in told.items() if isinstance(told, dict) else ():
        name = path.rpartition(".")[2]
        hidden = name in names or name.endswith("_ms")
        if hidden and isinstance(kind, str) and kind.startswith("some "):
            yield path, kind
