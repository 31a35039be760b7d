"""What a proof makes of an `answer`, a whole chat completion as plain fields; whoever fetched it.

It is the common form of `guest/chat.py`, so that a proof sees what a cell saw.
"""

from __future__ import annotations

import json

from bot.core.model import Json

USAGE = """told = answer.get("usage") or {}
seen = {name: told.get(name) for name in ("prompt_tokens", "completion_tokens")}
"""

STEADY = """VOLATILE = {"id", "created", "model", "system_fingerprint", "timings", "obfuscation"}
seen = json.loads(
    json.dumps(events),
    object_hook=lambda told: {name: told[name] for name in told if name not in VOLATILE},
)
"""
_ODD = """    parse_constant=lambda each: {"$": str(float(each))},
)
"""


def steady(expected: Json) -> str:
    """Return what tells `events` without what varies, and numbers that are none where expected."""
    return STEADY.removesuffix(")\n") + _ODD if '"$"' in json.dumps(expected) else STEADY
