r"""Reads what a tool printed when it gave up: whose fault it is, and the part worth showing.

>>> classify("error: Failed to download\n  cause: dns error", Phase.INSTALL)
<Reason.NETWORK: 'network'>
>>> readable("error: No solution:\n  cause: Because /x needs b", hide=["/x"]).splitlines()
['No solution:', 'Because <room> needs b']
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.model import Phase, Reason

_DISK = r"No space left on device|\b(os error|Errno) (28|30|122)\b|Disk quota exceeded"
_FETCHING = (
    (Reason.HASH_MISMATCH, r"hash mismatch|do not match the hashes"),
    (Reason.DISK, _DISK),
    (Reason.NETWORK, r"dns error|error sending request|error decoding response|name resolution"),
    (Reason.NETWORK, r"Name or service not known|Connection (refused|reset|aborted|closed)"),
    (Reason.NETWORK, r"Network is unreachable|timed out|operation timeout|Max retries exceeded"),
    (Reason.NETWORK, r"invalid peer certificate|CERTIFICATE_VERIFY_FAILED|ProxyError"),
    (Reason.NETWORK, r"network was disabled|network connectivity is disabled"),
    (Reason.NETWORK, r"\(401 Unauthorized\)|\(403 Forbidden\)"),
    (Reason.NETWORK, r"HTTP status \w+ error \((5\d\d|401|403|407|408|429)\b"),
)
_RUNNING = (
    (Reason.OUT_OF_MEMORY, r"^MemoryError|^[\w.]+\.OutOfMemoryError|CUDA out of memory"),
    (Reason.OUT_OF_MEMORY, r"std::bad_alloc|Cannot allocate memory|ErrorOutOfDeviceMemory"),
    (Reason.OUT_OF_MEMORY, r"failed to allocate \S*\s?buffer"),
    (Reason.DISK, _DISK),
    (Reason.CRASH, r"^Fatal Python error|Segmentation fault|Illegal instruction|core dumped"),
    (Reason.CRASH, r"terminate called|GGML_ASSERT|^Aborted"),
    (Reason.EXCEPTION, r"^Traceback \(most recent call last\)"),
)
_MARK = re.compile(r"^(error:|cause:|Caused by:)\s*")
_NOISE = re.compile(
    r"^(warning:|Using (Python|CPython)|Resolved |Prepared |Audited |Creating |Activate )"
)


def classify(log: str, phase: Phase) -> Reason:
    """Return why a tool (at resolve, install) or a stack (at start, probe) stopped.

    While packages are fetched, whatever is neither the network nor the disk is the release's own
    fault; once its code runs, a network that it cannot reach is its own fault as well.
    """
    fetching = phase in {Phase.RESOLVE, Phase.INSTALL}
    for reason, pattern in _FETCHING if fetching else _RUNNING:
        if re.search(pattern, log, re.MULTILINE | re.IGNORECASE):
            return reason
    return Reason.NOT_INSTALLABLE if fetching else Reason.CRASH


def readable(output: str, hide: Iterable[str] = ()) -> str:
    """Return the lines that say what is wrong, without marks, warnings and the paths in `hide`."""
    for path in hide:
        output = output.replace(path, "<room>")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    kept = [line for line in lines if not _NOISE.match(line)]
    return "\n".join(_MARK.sub("", line) for line in kept)
