"""What shows what a parser makes of a text in a proof: of the whole, and of its beginnings."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.model import Link, Probe
from bot.drivers.encoding import TEXT

_TRIED = """import base64
import math


def plain(value):
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$": str(value)}
    if isinstance(value, str) and any("\\ud800" <= letter <= "\\udfff" for letter in value):
        raw = value.encode("utf-8", "surrogatepass")
        return {"base64": base64.b64encode(raw).decode()}
    return value


def tried(call, *arguments):
    try:
        return plain(call(*arguments))
    except Exception as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}


"""
_WHOLE = "seen = tried(whole, text)\n"
_PARTS = """ends = [*range(0, len(text), max(1, len(text) // 64)), len(text)]
seen = tried(parts, [text[:end] for end in ends])
"""


def parsing(read: str) -> Callable[[Probe, Link], str]:
    """Return the `shows` of a parser with the functions `whole(text)` and `parts(texts)`."""
    seen = {Link.MESSAGE: _WHOLE, Link.STREAM: _PARTS}

    def show(probe: Probe, link: Link) -> str:
        known = probe.ask == "parse" and link in seen
        return f"{_TRIED}{TEXT}\n{read}\n\n{seen[link]}" if known else ""

    return show
