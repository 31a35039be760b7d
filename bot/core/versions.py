r"""The order of the versions of one component, and the road of releases from one to another.

How versions are read is said by a scheme (`core.schemes`), and a project may change it: in
`build then semver`, whatever is a build comes before whatever is a version of SemVer. Where
several could read a version, the narrowest does: a calendar before SemVer, SemVer before PEP 440.

A search walks final releases only; pre-releases join where an end is one. What is no version at
all never raises: it sorts first and no road leads over it.

>>> road(["1.10", "1.9", "2.0rc1", "1.11", "what"], "1.9", "2.0")
('1.9', '1.10', '1.11', '2.0')
>>> ordered(["1.0.0", "1.0.0-1", "1.0.0-beta.11", "1.0.0-beta.2"], scheme="semver")
('1.0.0-1', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0')
>>> ordered(["0.2.0", "b9000", "0.1.0", "b10000"], scheme="build then semver")
('b9000', 'b10000', '0.1.0', '0.2.0')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from bot.core.schemes import PEP440 as PEP440  # noqa: PLC0414 - known to all by this name
from bot.core.schemes import READERS, Parsed, of_era, read
from bot.core.schemes import SEMVER as SEMVER  # noqa: PLC0414 - as above

THEN: Final = " then "
STABLE, CANDIDATE, EACH_NIGHT = "stable", "rc", "nightly"
LANES: Final = (STABLE, CANDIDATE, EACH_NIGHT)
_NOTHING: Final = Parsed(scheme=PEP440, spelled="", rank=())


def parse(text: str, scheme: str = PEP440) -> Parsed | None:
    """Return `text` as a version, or None when its scheme does not know it."""
    return _parse(text, scheme)


@lru_cache(maxsize=1 << 16)
def _parse(text: str, scheme: str) -> Parsed | None:
    parts = parts_of(scheme)
    for part in sorted(parts, key=_narrow):
        found = read(text, part)
        if found is not None:
            return of_era(found, parts.index(part), among_others=len(parts) > 1)
    return None


def parts_of(scheme: str) -> tuple[str, ...]:
    """Return the schemes that a component had, oldest first."""
    return tuple(part.strip() for part in scheme.split(THEN))


def _narrow(part: str) -> int:
    """An expression of the user's own is the narrowest."""
    return -1 if part.startswith("/") else list(READERS).index(part)


def mistake(scheme: str) -> str:
    """Say what is wrong with a scheme, or nothing.

    >>> mistake("build then semver"), mistake("semvre"), mistake("/(/")
    ('', '`semvre` is none', '`/(/` is no regular expression: missing ), unterminated subpattern')
    """
    for part in parts_of(scheme):
        if part.startswith("/") and part.endswith("/") and len(part) > len("//"):
            try:
                re.compile(part.strip("/"))
            except re.error as trouble:
                return f"`{part}` is no regular expression: {trouble.msg}"
        elif part not in READERS:
            return f"`{part}` is none"
    return "it says one thing twice" if len({*parts_of(scheme)}) < len(parts_of(scheme)) else ""


def lane(text: str, scheme: str = PEP440) -> str:
    """Return in which lane a version is: `stable`, `rc` or `nightly`; "" for what is none.

    >>> [lane(each) for each in ("1.0", "1.0rc1", "1.0.dev3", "what")]
    ['stable', 'rc', 'nightly', '']
    """
    parsed = parse(text, scheme)
    if parsed is None:
        return ""
    return EACH_NIGHT if parsed.nightly else CANDIDATE if parsed.early else STABLE


def key(text: str, scheme: str = PEP440) -> tuple[bool, Parsed, str]:
    """Return what to sort by: invalid texts first, then the scheme's order, then the spelling."""
    parsed = parse(text, scheme)
    return (parsed is not None, parsed or _NOTHING, text)


def ordered(versions: Iterable[str], scheme: str = PEP440) -> tuple[str, ...]:
    """Return `versions` oldest first; of two spellings of one version only the first stays."""
    seen: dict[Parsed | str, str] = {}
    for text in sorted(versions, key=lambda each: key(each, scheme)):
        seen.setdefault(parse(text, scheme) or text, text)
    return tuple(seen.values())


def is_prerelease(text: str, scheme: str = PEP440) -> bool:
    """Whether `text` is an alpha, beta, candidate or development release; invalid ones are not."""
    parsed = parse(text, scheme)
    return parsed is not None and parsed.early


def between(versions: Iterable[str], low: str, high: str, scheme: str = PEP440) -> tuple[str, ...]:
    """Return the releases strictly between the ends, in the direction from `low` to `high`.

    `low` may be the newer one: a downgrade is a road as well. An invalid end has no road.
    """
    start, end = parse(low, scheme), parse(high, scheme)
    if start is None or end is None:
        return ()
    early = start.early or end.early
    bottom, top = min(start, end), max(start, end)
    inside = [
        text
        for text in ordered(versions, scheme)
        if (found := parse(text, scheme)) is not None
        and bottom < found < top
        and (early or not found.early)
    ]
    return tuple(inside if start <= end else reversed(inside))


def is_build(text: str, scheme: str = PEP440) -> bool:
    """Whether `text` is no plain release: an early one, or one with a local part.

    >>> [is_build(each) for each in ("1.4.dev1+g0a1b2c3", "1.3+g0a1b2c3", "1.4rc1", "1.4")]
    [True, True, True, False]
    """
    parsed = parse(text, scheme)
    return parsed is not None and (parsed.early or parsed.local is not None)


def built_between(versions: Iterable[str], low: str, high: str) -> tuple[str, ...]:
    """Return the builds strictly between two releases, in the direction from `low` to `high`.

    >>> built_between(["1.4.dev2+gb", "1.3", "1.4.dev1+ga", "1.4rc1", "1.4"], "1.3", "1.4")
    ('1.4.dev1+ga', '1.4.dev2+gb', '1.4rc1')
    """
    start, end = parse(low), parse(high)
    if start is None or end is None:
        return ()
    bottom, top = min(start, end), max(start, end)
    inside = [
        text
        for text in ordered(versions)
        if is_build(text) and (found := parse(text)) is not None and bottom < found < top
    ]
    return tuple(inside if start <= end else reversed(inside))


def road(versions: Iterable[str], low: str, high: str, scheme: str = PEP440) -> tuple[str, ...]:
    """Return `low`, everything `between`, `high`."""
    return (low, *between(versions, low, high, scheme), high)


def jump(old: str, new: str, scheme: str = PEP440) -> int:
    """Return how far apart two versions are: 3 major, 2 minor, 1 less, 0 where one is invalid."""
    before, after = parse(old, scheme), parse(new, scheme)
    if before is None or after is None:
        return 0
    if (before.epoch, before.major) != (after.epoch, after.major):
        return 3
    return 2 if before.minor != after.minor else 1


def neighbours(
    versions: Iterable[str], first: str, last: str, scheme: str = PEP440
) -> tuple[str | None, str | None]:
    """Return the release before `first` and the one after `last`, on the way from one to the other.

    Early releases count where an end is one. None where there is no such release.

    >>> neighbours(["1.0", "1.1", "1.2", "1.3", "1.4rc1"], "1.1", "1.2")
    ('1.0', '1.3')
    >>> neighbours(["1.0", "1.1", "1.2"], "1.1", "1.0")
    ('1.2', None)
    """
    known = [each for each in versions if parse(each, scheme) is not None]
    early = is_prerelease(first, scheme) or is_prerelease(last, scheme)
    line = [each for each in ordered(known, scheme) if early or not is_prerelease(each, scheme)]
    order = [key(each, scheme)[1] for each in line]
    low, high = sorted((key(first, scheme)[1], key(last, scheme)[1]))
    below = [each for each, at in zip(line, order, strict=True) if at < low]
    above = [each for each, at in zip(line, order, strict=True) if at > high]
    ends = (below[-1] if below else None, above[0] if above else None)
    return ends if key(first, scheme) <= key(last, scheme) else ends[::-1]
