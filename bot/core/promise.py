"""What the step from one version to the next promised: Semantic Versioning, read leniently.

From 1.0 on only a major step may break; before it a minor step may, and below 0.1 every one. A
version that counts years promises nothing. A package need not know of any of this: a promise is
a hint, and weighs as one.

>>> promised("0.27.2", "0.28.0"), promised("2.11.10", "2.12.0"), promised("2023.9", "2023.10")
(<Promise.MAY_BREAK: 'may break'>, <Promise.KEEPS: 'keeps'>, <Promise.NONE: 'promises nothing'>)
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.core.versions import parse

YEARS: Final = 1900  # a first number as large as this counts years
MAJOR: Final = 3


class Promise(StrEnum):
    """What users may expect of a step."""

    MAY_BREAK = "may break"
    KEEPS = "keeps"
    NONE = "promises nothing"


def promised(old: str, new: str) -> Promise:
    """Return what the step between two versions promised, in either direction."""
    before, after = parse(old), parse(new)
    if before is None or after is None or max(before.major, after.major) >= YEARS:
        return Promise.NONE
    heads = [(v.major, v.minor, v.micro) for v in (before, after)]
    size = next(
        n for n in (1, 2, 3) if any(head[:n] != (0, 0, 0)[:n] for head in heads) or n == MAJOR
    )
    return Promise.MAY_BREAK if heads[0][:size] != heads[1][:size] else Promise.KEEPS


def patch(old: str, new: str) -> bool:
    """Whether two versions share their first two numbers: only mending was to be expected."""
    before, after = parse(old), parse(new)
    if before is None or after is None:
        return False
    return (before.major, before.minor) == (after.major, after.minor)
