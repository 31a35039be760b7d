"""Any component at all, asked by a Python program that the probe brings."""

from __future__ import annotations

import json

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_PROGRAM = """import contextlib
import io

PROGRAM = {source}
OUT = io.StringIO()
sys.argv[1:] = {arguments}
with contextlib.redirect_stdout(OUT):
    exec(compile(PROGRAM, "program.py", "exec"), {{"__name__": "__main__"}})
seen = json.loads(OUT.getvalue().splitlines()[-1])
"""


def quoted(text: str) -> str:
    """Return `text` as a Python literal that reads as the program it is, where that can be."""
    if "'''" in text or text.endswith("'"):
        return repr(text)
    return f"r'''{text}'''"


def _show(probe: Probe, link: Link) -> str:
    """The program itself; where it shows several links, the one that is asked."""
    request = probe.request if isinstance(probe.request, dict) else {}
    given = [json.dumps(request["arguments"])] if "arguments" in request else []
    source = quoted(str(request.get("source", "")))
    one = "" if len(probe.looks) == 1 else f"seen = seen[{link.value!r}]\n"
    return _PROGRAM.format(source=source, arguments=repr(given)) + one


SCRIPT = Plain(
    name="script",
    guest="script",
    asks=frozenset({"script"}),
    role=Role.RUNTIME,
    upstream="",
    suite=(),
    shows=_show,
)
