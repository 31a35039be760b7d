"""The order of versions (PEP 440), and the road of releases from one version to another.

A search walks final releases only; pre-releases join where an end is one. What is no version at
all never raises: it sorts first and no road leads over it.

>>> road(["1.10", "1.9", "2.0rc1", "1.11", "what"], "1.9", "2.0")
('1.9', '1.10', '1.11', '2.0')
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import InvalidVersion, Version

_NOTHING = Version("0")


def parse(text: str) -> Version | None:
    """Return `text` as a version, or None when PEP 440 does not know it."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def key(text: str) -> tuple[bool, Version, str]:
    """Return what to sort by: invalid texts first, then PEP 440's order, then the spelling."""
    parsed = parse(text)
    return (parsed is not None, parsed or _NOTHING, text)


def ordered(versions: Iterable[str]) -> tuple[str, ...]:
    """Return `versions` oldest first; of two spellings of one version only the first stays."""
    seen: dict[Version | str, str] = {}
    for text in sorted(versions, key=key):
        seen.setdefault(parse(text) or text, text)
    return tuple(seen.values())


def is_prerelease(text: str) -> bool:
    """Whether `text` is an alpha, beta, candidate or development release; invalid ones are not."""
    parsed = parse(text)
    return parsed is not None and parsed.is_prerelease


def between(versions: Iterable[str], low: str, high: str) -> tuple[str, ...]:
    """Return the releases strictly between the ends, in the direction from `low` to `high`.

    `low` may be the newer one: a downgrade is a road as well. An invalid end has no road.
    """
    start, end = parse(low), parse(high)
    if start is None or end is None:
        return ()
    early = start.is_prerelease or end.is_prerelease
    bottom, top = min(start, end), max(start, end)
    inside = [
        text
        for text in ordered(versions)
        if (found := parse(text)) is not None
        and bottom < found < top
        and (early or not found.is_prerelease)
    ]
    return tuple(inside if start <= end else reversed(inside))


def road(versions: Iterable[str], low: str, high: str) -> tuple[str, ...]:
    """Return `low`, everything `between`, `high`."""
    return (low, *between(versions, low, high), high)


def jump(old: str, new: str) -> int:
    """Return how far apart two versions are: 3 major, 2 minor, 1 less, 0 where one is invalid."""
    before, after = parse(old), parse(new)
    if before is None or after is None:
        return 0
    if (before.epoch, before.major) != (after.epoch, after.major):
        return 3
    return 2 if before.minor != after.minor else 1
