r"""Failure texts without what differs by machine, build or moment, so that equal causes are equal.

>>> normal("File \"/tmp/x/y.py\", line 12: bad id 0x7ffe12 after 3.21s")
'File "<path>", line <n>: bad id <hex> after <n>s'
>>> essence("failed:probe:exception:TypeError: A.__init__() got an unexpected keyword 'proxies'")
'failed:probe:exception:TypeError __init__ proxies'
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


_ADVICE = re.compile(r"\s*\(?Did you mean\b.*$", re.DOTALL | re.IGNORECASE)
_NAMES = re.compile(
    r"['\"`]([^'\"`\s]+)['\"`]"  # quoted
    r"|\b((?:[A-Za-z_]\w*\.)*[A-Za-z]*(?:Error|Exception|Warning|Interrupt))\b"  # its class
    r"|\b((?:[A-Za-z]\w*\.)*(?:\w*_\w*|[A-Za-z]+\d*[a-z][A-Z]\w*|\w+(?=\(\))))"  # code
)


def normal(message: str) -> str:
    """Return `message` without paths, addresses, numbers and colours, in 300 characters."""
    for pattern, instead in _RULES:
        message = pattern.sub(instead, message)
    return message.strip()[:300]


def essence(told: str) -> str:
    """Return a signature without the prose of its message: the names in it, sorted.

    Releases reword what they say, and interpreters qualify names and give advice; what is missing
    or refused has the same name in each. A message without any name is kept as it stands.
    """
    kind, _, rest = told.partition(":")
    where, _, message = rest.partition(":")
    reason, _, message = message.partition(":")
    if kind != "failed" or not message:
        return told
    said = _ADVICE.sub("", message)
    found = {_last(match) for match in _NAMES.finditer(said)} - {""}
    return f"{kind}:{where}:{reason}:{' '.join(sorted(found)) or said}"


def _last(match: re.Match[str]) -> str:
    quoted, *others = match.groups("")
    name = quoted or "".join(others).rpartition(".")[2]
    return "" if "<" in name else name


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
