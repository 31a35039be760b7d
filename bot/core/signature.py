r"""Failure texts without what differs by machine, build or moment, so that equal causes are equal.

>>> normal("File \"/tmp/x/y.py\", line 12: bad id 0x7ffe12 after 3.21s")
'File "<path>", line <n>: bad id <hex> after <n>s'
"""

from __future__ import annotations

import re

from bot.core.outcome import Diverged, Failed, NotRun, Outcome, Passed, Unsolvable

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),
    (re.compile(r"0x[0-9a-fA-F]+"), "<hex>"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), "<hex>"),
    (re.compile(r"(?:127\.0\.0\.1|localhost)(?::\d+)?"), "<host>"),
    (re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.+-]+){2,}[/\\]?"), "<path>"),
    (re.compile(r"\d+(?:\.\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def normal(message: str) -> str:
    """Return `message` without paths, addresses, numbers and colours, in 300 characters."""
    for pattern, instead in _RULES:
        message = pattern.sub(instead, message)
    return message.strip()[:300]


def signature(outcome: Outcome) -> str:
    """Return the signature of an outcome; good outcomes all have the empty one."""
    match outcome:
        case Passed():
            return ""
        case Diverged(link=link, shape=shape):
            return f"diverged:{link}:{shape}"
        case Failed(phase=phase, reason=reason, message=message):
            return f"failed:{phase}:{reason}:{normal(message)}"
        case Unsolvable():
            return "unsolvable"
        case NotRun():
            return "not run"
