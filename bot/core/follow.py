"""Which releases of a component are worth a cell: the words of `follow` in matrix.yaml.

>>> from bot.core.model import Release
>>> def release(version: str) -> Release:
...     return Release(component="x", version=version, uploaded=None, origin="")
>>> [r.version for r in follow([release("1.0"), release("2.1"), release("2.0")], ("newest",))]
['2.1']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from bot.core.model import Release
from bot.core.schemes import Parsed
from bot.core.versions import PEP440, key, parse

PER_MINOR = "newest-per-minor"
SINCE = "since-"
_HALF_A_YEAR = timedelta(days=182)


def ordered(
    releases: Sequence[Release], *, prereleases: bool = False, scheme: str = PEP440
) -> tuple[Release, ...]:
    """Return the releases in the order of `scheme`, oldest first.

    Yanked ones, versions that the scheme cannot read and, unless asked for, pre-releases are out:
    by their version, or because their source calls them so.
    """
    readable = [(parsed, release) for release in releases if (parsed := _parse(release, scheme))]
    kept = [
        (parsed, release)
        for parsed, release in readable
        if release.yanked is None and (prereleases or not (parsed.early or release.early))
    ]
    return tuple(release for _, release in sorted(kept, key=lambda pair: pair[0]))


def visible(releases: Sequence[Release], cutoff: datetime | None) -> tuple[Release, ...]:
    """Return what had been uploaded by `cutoff`; without an upload time, a release is not old."""
    if cutoff is None:
        return tuple(releases)
    return tuple(r for r in releases if r.uploaded is not None and r.uploaded <= cutoff)


def follow(
    releases: Sequence[Release],
    words: Sequence[str],
    *,
    prereleases: bool = False,
    scheme: str = PEP440,
) -> tuple[Release, ...]:
    """Return the releases that `words` choose, oldest first, each once.

    A word that nothing answers to (no `previous` of a single release) chooses nothing, except
    `==VERSION`, for which `missing` tells.
    """
    line = ordered(releases, prereleases=prereleases, scheme=scheme)
    by_version = {release.version: release for release in releases}
    chosen = {
        release.version for word in words for release in _choose(line, word, by_version, scheme)
    }
    return tuple(sorted((by_version[version] for version in chosen), key=lambda r: _age(r, scheme)))


def missing(releases: Sequence[Release], words: Sequence[str]) -> tuple[str, ...]:
    """Return the exact versions among `words` that no release has."""
    known = {release.version for release in releases}
    return tuple(word[2:] for word in words if word.startswith("==") and word[2:] not in known)


def _choose(
    line: Sequence[Release], word: str, by_version: dict[str, Release], scheme: str
) -> Sequence[Release]:
    if word.startswith("=="):
        return [by_version[word[2:]]] if word[2:] in by_version else []
    if word.startswith("last-") and word[5:].isdigit():
        return line[-int(word[5:]) :]
    if word.startswith(PER_MINOR):
        return _per_minor(line, scheme)[-int(word[len(PER_MINOR) + 1 :] or len(line) or 1) :]
    if word.startswith(SINCE):
        since = date.fromisoformat(word[len(SINCE) :])
        return [r for r in line if r.uploaded is not None and r.uploaded.date() >= since]
    known: dict[str, Callable[[Sequence[Release]], Sequence[Release]]] = {
        "newest": lambda line: line[-1:],
        "previous": lambda line: line[-2:-1],
        "oldest": lambda line: line[:1],
        "all": lambda line: line,
        "last-of-previous-major": lambda line: _previous_major(line, scheme),
        "half-year-ago": _half_year_ago,
    }
    return known[word](line)


def _per_minor(line: Sequence[Release], scheme: str) -> Sequence[Release]:
    """Return the newest release of each minor version."""
    parsed = [(release, found) for release in line if (found := _parse(release, scheme))]
    newest = {(found.epoch, found.major, found.minor): release for release, found in parsed}
    return [*newest.values()]


def _previous_major(line: Sequence[Release], scheme: str) -> Sequence[Release]:
    majors = {release: parsed.major for release in line if (parsed := _parse(release, scheme))}
    return [release for release in line if majors[release] < majors[line[-1]]][-1:]


def _half_year_ago(line: Sequence[Release]) -> Sequence[Release]:
    dated = [release for release in line if release.uploaded is not None]
    if not dated:
        return []
    last = dated[-1].uploaded
    return [r for r in dated if last and r.uploaded and r.uploaded <= last - _HALF_A_YEAR][-1:]


def _age(release: Release, scheme: str) -> tuple[bool, Parsed, str]:
    """By version; one that the scheme cannot read counts as older than all."""
    return key(release.version, scheme)


def _parse(release: Release, scheme: str) -> Parsed | None:
    return parse(release.version, scheme)
