"""Which versions a specifier such as `>=1.4,<2` speaks of, in the order of any scheme.

PEP 440 has its own specifiers; SemVer is read by the same words, its early releases as those of
PEP 440 that sort alike. The versions of every other scheme are compared one by one.

>>> within("<2", "1.9"), within("<b6000", "b5999", "build"), within("<b6000", "0.1.0", "build")
(True, True, False)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from bot.core.schemes import Parsed
from bot.core.versions import PEP440, SEMVER, parse

_ORDER: Final[Mapping[str, Callable[[Parsed, Parsed], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_TERM: Final = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*")
_EARLY: Final = re.compile(r"(alpha|beta|rc)[.-]?([0-9]*)")
_PLAIN: Final = frozenset({PEP440, SEMVER})


def mistake(span: str, scheme: str = PEP440) -> str:
    """Say why `span` is no specifier, or nothing.

    >>> mistake(">=1.4,<2"), mistake("1.4"), mistake("<x", "build")
    ('', 'it is no version specifier', '`x` is no version of the scheme build')
    """
    if scheme in _PLAIN:
        try:
            SpecifierSet(span)
        except InvalidSpecifier:
            return "it is no version specifier"
        return ""
    for term in span.split(","):
        found = _TERM.fullmatch(term)
        if found is None:
            return "it is no version specifier"
        if parse(found[2], scheme) is None:
            return f"`{found[2]}` is no version of the scheme {scheme}"
    return ""


def within(span: str, version: str, scheme: str = PEP440) -> bool:
    """Whether `span`, which has no mistake, speaks of `version`; of what is none it never does."""
    parsed = parse(version, scheme)
    if parsed is None:
        return False
    if scheme in _PLAIN:
        plain = _respelt(parsed) if scheme == SEMVER else parsed.spelled
        return SpecifierSet(span).contains(plain, prereleases=True)
    return all(_holds(term, parsed, scheme) for term in span.split(","))


def _holds(term: str, version: Parsed, scheme: str) -> bool:
    found = _TERM.fullmatch(term)
    other = parse(found[2], scheme) if found else None
    return bool(found and other and _ORDER[found[1]](version, other))


def _respelt(version: Parsed) -> str:
    """Return a version of SemVer as one of PEP 440: what has no such word is a development one."""
    numbers, _, word = version.spelled.partition("-")
    if not word:
        return numbers
    early = _EARLY.match(word)
    if early:
        return f"{numbers}{early[1]}{early[2] or 0}"
    count = re.search(r"[0-9]+$", word)
    return f"{numbers}.dev{count[0] if count else 0}"
