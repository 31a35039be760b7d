r"""Where a program broke, read from what it printed: whose code, called by whose.

Of a chain of tracebacks the cause that is named as such counts, and else the last one. The
program itself is the module "", the standard library and everything unknown is left out.

>>> log = '''Traceback (most recent call last):
...   File "/x/script-1/probe.py", line 1, in <module>
...     shop.sell()
...   File "/x/site-packages/shop/till.py", line 3, in sell
...     greet.hi(loud=True)
... TypeError: hi() got an unexpected keyword argument 'loud'
... '''
>>> trace = read(log)
>>> trace.modules, trace.message.partition(":")[0]
(('', 'shop'), 'TypeError')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD = "Traceback (most recent call last):"
PROGRAM = ""  # the module of the program that was asked
CAUSE = "The above exception was the direct cause of the following exception:"
_FRAME = re.compile(r'^  File "([^"]+)", line \d+', re.MULTILINE)
_PACKAGE = re.compile(r"site-packages[/\\]([^/\\]+?)(?:\.\w+)*(?:[/\\]|$)")
_PROGRAM = re.compile(r"[/\\]script-[^/\\]+[/\\]probe\.py$")
_GUEST = re.compile(r"[/\\]guest[/\\]\w+\.py$")
_END = re.compile(r"^(?:[A-Za-z_][\w.]*)(?::.*)?$", re.MULTILINE)
_WARNED = re.compile(
    r"^([^\n]*?\.py):\d+: ((?:Pending)?DeprecationWarning|FutureWarning): ([^\n]*)", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Modules at the top whose code was running, outermost first, and the exception's words."""

    modules: tuple[str, ...] = ()
    message: str = ""


def read(log: str) -> Trace:
    """Return the traceback by which the program ended; an empty one where there is none."""
    blocks = [each for each in log.split(HEAD)[1:] if not _of_guest(each)]
    if not blocks:
        return Trace()
    at = len(blocks) - 1
    while at and blocks[at - 1].rstrip().endswith(CAUSE):
        at -= 1
    files = _FRAME.findall(blocks[at])
    modules = [module for file in files if (module := _module(file)) is not None]
    once = [m for n, m in enumerate(modules) if n == 0 or m != modules[n - 1]]
    return Trace(modules=tuple(once), message=_message(blocks[at]))


def _of_guest(block: str) -> bool:
    files = _FRAME.findall(block)
    return bool(files) and bool(_GUEST.search(files[0]))


def _module(file: str) -> str | None:
    if _PROGRAM.search(file):
        return PROGRAM
    found = _PACKAGE.search(file)
    return found[1] if found else None


def _message(block: str) -> str:
    """Return the words after the frames, up to where another text begins."""
    rest = block[max((each.end() for each in _FRAME.finditer(block)), default=0) :]
    found = _END.search(rest)
    return rest[found.start() :].partition("\n\n")[0].strip() if found else ""


def warnings(log: str) -> tuple[tuple[str, str], ...]:
    """Return the deprecations that were raised: the module they were charged to, and the words."""
    told = {(_module(file) or PROGRAM, f"{kind}: {words.strip()}"): None
            for file, kind, words in _WARNED.findall(log)}  # fmt: skip
    return tuple(told)
