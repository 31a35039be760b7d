"""Where a log says that files lie: what every machine shares stays, what is this machine's goes.

A log outlives the room that it is from, and travels: into a report, onto a branch. What tells
something is the module and the file in a room, not whose disk they were on.

>>> placeless(b'File "/srv/me/.stackmatrix/envs/uv/rooms/3f-9a/guest/probe.py", line 1')
b'File "<room>/guest/probe.py", line 1'
>>> placeless(b"/opt/tools/lib/python3.11/site-packages/jinja2/lexer.py:4: FutureWarning")
b'<python>/lib/python3.11/site-packages/jinja2/lexer.py:4: FutureWarning'
>>> placeless(b"cannot open /etc/vulkan/icd.d/driver.json")
b'cannot open /etc/vulkan/icd.d/driver.json'
"""

from __future__ import annotations

import re

_MARK = re.compile(rb"(?:(rooms/[\w.-]+)(?=/)|(?=lib/python3\.\d+/))")
_ABOVE = re.compile(rb"/[\w.+@~/-]*/")  # the folders above it, read backwards
_FAR = 1024  # bytes of a path above a mark, at most


def placeless(log: bytes) -> bytes:
    """Return `log` with rooms and installations named by what they are, not by where."""
    told: list[bytes] = []
    done = 0
    for mark in _MARK.finditer(log):
        near = log[max(done, mark.start() - _FAR) : mark.start()]
        above = _ABOVE.match(near[::-1])
        if above is not None:
            word = b"<room>" if mark[1] else b"<python>/"
            told += [log[done : mark.start() - above.end()], word]
            done = mark.end()
    return b"".join((*told, log[done:]))
