"""What shows what a parser makes of a text in a proof: of the whole, and of its beginnings."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.core.model import Link, Probe
from bot.drivers.encoding import TEXT

_TRIED = """{imports}import math


def plain(value):
    if isinstance(value, dict):
        return {{str(name): plain(each) for name, each in value.items()}}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
{text}    odd = isinstance(value, float) and not math.isfinite(value)
    return {{"$": str(value)}} if odd else value


def tried(call, *arguments):
    try:
        return plain(call(*arguments))
    except Exception as error:
        return {{"error": {{"type": type(error).__name__, "message": str(error)}}}}


"""
_ODD = """    if isinstance(value, str) and any("\\ud800" <= x <= "\\udfff" for x in value):
        raw = value.encode("utf-8", "surrogatepass")
        return {"base64": base64.b64encode(raw).decode()}
"""
_PLAIN = 'text = REQUEST["text"]\n'
_WHOLE = "seen = tried(whole, text)\n"
_PARTS = """ends = [*range(0, len(text), max(1, len(text) // 64)), len(text)]
seen = tried(parts, [text[:end] for end in ends])
"""


def parsing(read: str) -> Callable[[Probe, Link], str]:
    """Return the `shows` of a parser with the functions `whole(text)` and `parts(texts)`."""
    seen = {Link.MESSAGE: _WHOLE, Link.STREAM: _PARTS}

    def show(probe: Probe, link: Link) -> str:
        if probe.ask != "parse" or link not in seen:
            return ""
        request = probe.request if isinstance(probe.request, dict) else {}
        look = probe.look(link)
        odd = "base64" in json.dumps([request.get("text"), look.golden if look else None])
        tried = _TRIED.format(imports="import base64\n" * odd, text=_ODD * odd)
        return f"{tried}{TEXT if odd else _PLAIN}\n{read}\n\n{seen[link]}"

    return show
