"""What a program showed, as the signature by which one answer is told from another."""

from __future__ import annotations

import json

from bot.core.judge import cannot_run_here
from bot.core.model import Json, Link, Observation, Phase, digest
from bot.core.signature import normal

UNKNOWN: Json = {"$": "cannot tell"}  # the answer of a command that says so
SHOWN = 200  # characters of an answer that a signature holds


def named(seen: Observation) -> str | None:
    """Return the signature of what was seen, None where it says nothing about the stack."""
    failure = seen.failure
    if failure is None:
        value = seen.at(Link.MESSAGE)
        if value == UNKNOWN:
            return None
        return f"shows {json.dumps(value, ensure_ascii=False)[:SHOWN]} ({digest(value)[:12]})"
    if failure.reason.spurious or failure.phase is Phase.INSTALL or cannot_run_here(seen):
        return None
    return f"failed: {failure.reason}: {normal(failure.message)}"
