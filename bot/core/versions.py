"""The order of versions (PEP 440, SemVer), and the road of releases from one version to another.

A version of SemVer is read as the one of PEP 440 that sorts alike: `1.0.0-beta.2` as `1.0.0b2`,
and what has no such word, as `-next.3` or `-0`, as a development release. Between early releases
of one version that is as near as PEP 440 comes; final releases are in SemVer's order exactly.

A search walks final releases only; pre-releases join where an end is one. What is no version at
all never raises: it sorts first and no road leads over it.

>>> road(["1.10", "1.9", "2.0rc1", "1.11", "what"], "1.9", "2.0")
('1.9', '1.10', '1.11', '2.0')
>>> ordered(["1.0.0", "1.0.0-1", "1.0.0-beta.2"], scheme="semver")
('1.0.0-1', '1.0.0-beta.2', '1.0.0')
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.version import InvalidVersion, Version

PEP440 = "pep440"
SEMVER = "semver"
_NOTHING = Version("0")
_SEMVER = re.compile(r"v?(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_EARLY = re.compile(r"(alpha|beta|rc)[.-]?(\d*)")


def parse(text: str, scheme: str = PEP440) -> Version | None:
    """Return `text` as a version, or None when its scheme does not know it."""
    try:
        return Version(_as_pep440(text) if scheme == SEMVER else text)
    except InvalidVersion:
        return None


def _as_pep440(text: str) -> str:
    """Respell a version of SemVer; what is none stays as it is, and is refused as such."""
    found = _SEMVER.fullmatch(text)
    if found is None or found[2] is None:
        return found[1] if found else f"no version: {text}"
    early = _EARLY.match(found[2])
    if early:
        return f"{found[1]}{early[1]}{early[2] or 0}"
    number = re.search(r"\d+$", found[2])
    return f"{found[1]}.dev{number[0] if number else 0}"


def key(text: str, scheme: str = PEP440) -> tuple[bool, Version, str]:
    """Return what to sort by: invalid texts first, then the scheme's order, then the spelling."""
    parsed = parse(text, scheme)
    return (parsed is not None, parsed or _NOTHING, text)


def ordered(versions: Iterable[str], scheme: str = PEP440) -> tuple[str, ...]:
    """Return `versions` oldest first; of two spellings of one version only the first stays."""
    seen: dict[Version | str, str] = {}
    for text in sorted(versions, key=lambda each: key(each, scheme)):
        seen.setdefault(parse(text, scheme) or text, text)
    return tuple(seen.values())


def is_prerelease(text: str, scheme: str = PEP440) -> bool:
    """Whether `text` is an alpha, beta, candidate or development release; invalid ones are not."""
    parsed = parse(text, scheme)
    return parsed is not None and parsed.is_prerelease


def between(versions: Iterable[str], low: str, high: str, scheme: str = PEP440) -> tuple[str, ...]:
    """Return the releases strictly between the ends, in the direction from `low` to `high`.

    `low` may be the newer one: a downgrade is a road as well. An invalid end has no road.
    """
    start, end = parse(low, scheme), parse(high, scheme)
    if start is None or end is None:
        return ()
    early = start.is_prerelease or end.is_prerelease
    bottom, top = min(start, end), max(start, end)
    inside = [
        text
        for text in ordered(versions, scheme)
        if (found := parse(text, scheme)) is not None
        and bottom < found < top
        and (early or not found.is_prerelease)
    ]
    return tuple(inside if start <= end else reversed(inside))


def is_build(text: str, scheme: str = PEP440) -> bool:
    """Whether `text` is no plain release: an early one, or one with a local part.

    >>> [is_build(each) for each in ("1.4.dev1+g0a1b2c3", "1.3+g0a1b2c3", "1.4rc1", "1.4")]
    [True, True, True, False]
    """
    parsed = parse(text, scheme)
    return parsed is not None and (parsed.is_prerelease or parsed.local is not None)


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
