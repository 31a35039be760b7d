r"""What an exception says is no longer there, and what the last good release had said about it.

>>> gone = missing("ImportError: cannot import name 'hi' from 'greet' (/x/greet/__init__.py)")
>>> gone.name, gone.holder
('hi', 'greet')
>>> announced("hi", "def hi():\n    'Deprecated: say hello.'\n\ndef bye():\n    pass\n")
'Deprecated: say hello.'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

NEAR: Final = 3  # lines on both sides in which a word still speaks of a name
BODY: Final = 60  # lines of a definition that are read
LONGEST: Final = 200  # characters of a sentence that is repeated
_GONE = tuple(
    re.compile(pattern)
    for pattern in (
        r"cannot import name '(?P<name>\w+)' from '(?P<holder>[\w.]+)'",
        r"No module named '(?P<holder>[\w.]+?)(?:\.(?P<name>\w+))?'",
        r"module '(?P<holder>[\w.]+)' has no attribute '(?P<name>\w+)'",
        r"'?(?P<holder>\w+)'? (?:object )?has no attribute '?(?P<name>\w+)'?",
        r"(?P<holder>[\w.]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'",
        r"(?P<holder>[\w.]+)\(\) missing \d+ required [\w -]+: '(?P<name>\w+)'",
        r"(?P<holder>[\w.]+)\(\) takes (?P<name>)[\w ]+ positional arguments? but \d+ w",
    )
)
_MODULES = ("cannot import name", "No module named", "module '")
_SPEAKS = re.compile(
    r"deprecat|will be removed|was removed|is removed|been removed|removed in|renamed"
    r"|no longer|obsolete|backwards? incompatible|breaking change",
    re.IGNORECASE,
)
_DEFINED = r"\s*(?:async\s+)?(?:def|class)\s+"
_NEXT = re.compile(r"\s*(?:@|(?:async\s+)?def\s|class\s)")
_BARE = re.compile(r"^[\s\"'#*.:;,(\[f-]+|[\s\"'),\]]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A name that is not there any more (empty: only its shape changed), and where it was."""

    name: str
    holder: str
    module: bool = False  # whether the holder is a module, and not a class or a function


def missing(message: str) -> Gone | None:
    """Read which name an exception misses, or None where it misses none."""
    for pattern in _GONE:
        found = pattern.search(message)
        if found:
            module = any(word in message for word in _MODULES)
            return Gone(name=found["name"] or "", holder=found["holder"], module=module)
    return None


def speaks(words: str) -> bool:
    """Whether a text announces that something goes or changes."""
    return bool(_SPEAKS.search(words))


def announced(name: str, text: str) -> str:
    """Return the words in `text` that announce the end of `name`, or nothing.

    They are looked for in the lines around each place where the name stands, and in the body of
    what it defines.
    """
    lines = text.splitlines()
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for at, line in enumerate(lines):
        if word.search(line):
            for near in _around(lines, at, name):
                if _SPEAKS.search(near):
                    return _BARE.sub("", near)[:LONGEST]
    return ""


def _around(lines: Sequence[str], at: int, name: str) -> Iterator[str]:
    """Yield the line itself, its body where it is a definition, else what stands next to it."""
    yield lines[at]
    if re.match(_DEFINED + re.escape(name) + r"\b", lines[at]):
        yield from (lines[n] for n in range(max(0, at - NEAR), at))
        for line in lines[at + 1 : at + BODY]:
            if _NEXT.match(line):
                return
            yield line
        return
    for away in range(1, NEAR + 1):
        yield from (lines[n] for n in (at - away, at + away) if 0 <= n < len(lines))
