r"""Release notes that a release carries itself, and which line of them speaks of what was asked.

>>> text = "# Tea\n\n## Release 2.0\n\n### Changed\n\n* `pour()` drops the lid.\n"
>>> about(frozenset({"pour"}), text)
'Changed: `pour()` drops the lid.'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

LONGEST: Final = 200  # characters of a line that is repeated
SHORTEST: Final = 4  # letters of a name that is looked for: shorter ones mean too much
_HEADING = re.compile(r"(?:#+\s+|\*\*)(.+?)\**\s*$")
_RELEASE = re.compile(r"release|changelog|changes|what's new|\d+\.\d+", re.IGNORECASE)
_BULLET = re.compile(r"\s*[*+-]\s+(.*)")
_FIXED = re.compile(r"^(?:bug ?)?fix|^security", re.IGNORECASE)


def about(names: Collection[str], text: str) -> str:
    """Return the first point of the notes that names one of `names` as code, under its heading."""
    words = [re.escape(name) for name in sorted(names) if len(name) >= SHORTEST]
    if not words:
        return ""
    code = re.compile(rf"`[^`]*\b(?:{'|'.join(words)})\b[^`]*`|\b(?:{'|'.join(words)})\(")
    for heading, point in _points(text):
        if code.search(point):
            return f"{heading}: {point}"[:LONGEST]
    return ""


def is_fix(note: str) -> bool:
    """Whether a note stands under a heading that tells of fixes."""
    return bool(_FIXED.match(note))


def _points(text: str) -> Iterator[tuple[str, str]]:
    """Yield the points below the heading of the newest release, each with its own heading."""
    releases, heading = 0, ""
    for line in text.splitlines():
        head, point = _HEADING.match(line), _BULLET.match(line)
        if head and _RELEASE.search(head[1]):
            releases += 1
        heading = head[1] if head else heading
        if point and releases == 1:
            yield heading, point[1].strip()
