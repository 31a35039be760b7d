"""Any component at all, asked by a Python program that the probe brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bot.core.model import Json, Link, Probe

_PROGRAM = """import contextlib
import io

PROGRAM = {source}
OUT = io.StringIO()
sys.argv[1:] = {arguments}
with contextlib.redirect_stdout(OUT):
    exec(compile(PROGRAM, "program.py", "exec"), {{"__name__": "__main__"}})
seen = json.loads(OUT.getvalue().splitlines()[-1])
"""


class Script:
    """Runs each probe's program in a fresh process of the cell's interpreter."""

    name = "script"
    guest = "script"
    asks = frozenset({"script"})

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The exact pin and nothing else."""
        return (f"{package}=={version}",)

    def setup(self, model: Path) -> Json:  # noqa: ARG002 - a program knows its own inputs
        """Nothing: the program is in the probe."""
        return {}

    def files(self, model: Path) -> Mapping[str, Path]:  # noqa: ARG002 - nothing of it is needed
        """None: a program brings what it needs."""
        return {}

    def serve(self) -> str:
        """Nothing: a program starts what it needs."""
        return ""

    def show(self, probe: Probe, link: Link) -> str:
        """The program itself; where it shows several links, the one that is asked."""
        request = probe.request if isinstance(probe.request, dict) else {}
        given = [json.dumps(request["arguments"])] if "arguments" in request else []
        source = quoted(str(request.get("source", "")))
        one = "" if len(probe.looks) == 1 else f"seen = seen[{link.value!r}]\n"
        return _PROGRAM.format(source=source, arguments=repr(given)) + one


def quoted(text: str) -> str:
    """Return `text` as a Python literal that reads as the program it is, where that can be."""
    if "'''" in text or text.endswith("'"):
        return repr(text)
    return f"r'''{text}'''"
