r"""How versions are read: one function for each way in which projects count their releases.

pep440     1.2rc1, 1.2.post1, 1!2.0        Python's own (PEP 440)
semver     1.2.0-rc.1                      Semantic Versioning 2.0.0, a leading `v` allowed
build      b1234, build-1234               a count of builds
calendar   2026.11, 24.04.2, 2026-11-23    years and months, an `rc1` allowed behind
nightly    nightly-20261123, 2026-11-23    a day, with what else is said around it
/.../      any regular expression          its groups, from left to right; numbers as numbers

What is read becomes a `Parsed`: things of one scheme are in a total order.

>>> read("1.0.0-rc.1", "semver") < read("1.0.0", "semver")
True
>>> read("b999", "build") < read("b1000", "build"), read("1.2", "build")
(True, None)
>>> str(read("rel_1_10", r"/rel_(\d+)_(\d+)/")), read("rel_1_9", r"/rel_(\d+)_(\d+)/").numbers
('rel_1_10', (1, 9, 0))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, TypeAlias

from packaging.version import InvalidVersion, Version

PEP440: Final = "pep440"
SEMVER: Final = "semver"
BUILD: Final = "build"
CALENDAR: Final = "calendar"
NIGHTLY: Final = "nightly"

Part: TypeAlias = tuple[tuple[int, int, str], ...]  # each: kind, number, word
Rank: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A version that was read. `rank` orders it among those of its `scheme`, `era` among others.

    `numbers` are its major, minor and third one; `early` is whatever comes before a release, and
    `nightly` what is built of any day's state.
    """

    scheme: str = field(compare=False)
    spelled: str = field(compare=False)
    rank: Rank
    numbers: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)
    early: bool = field(default=False, compare=False)
    nightly: bool = field(default=False, compare=False)
    local: str | None = field(default=None, compare=False)
    era: int = 0

    def __str__(self) -> str:
        """Return its plainest spelling, which is read as the same version."""
        return self.spelled

    def __lt__(self, other: Parsed) -> bool:
        return (self.era, self.rank) < (other.era, other.rank)

    def __le__(self, other: Parsed) -> bool:
        return (self.era, self.rank) <= (other.era, other.rank)

    def __gt__(self, other: Parsed) -> bool:
        return other < self

    def __ge__(self, other: Parsed) -> bool:
        return other <= self

    @property
    def epoch(self) -> int:
        """What stands before all numbers; only PEP 440 has it."""
        return self.rank[0][0][1] if self.scheme == PEP440 else 0

    @property
    def major(self) -> int:
        """The first number."""
        return self.numbers[0]

    @property
    def minor(self) -> int:
        """The second number."""
        return self.numbers[1]

    @property
    def micro(self) -> int:
        """The third number."""
        return self.numbers[2]


_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"v?(({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?)(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_BUILD = re.compile(r"(?:b|build[-_.]?|r)([0-9]+)")
_CALENDAR = re.compile(
    r"v?([0-9]{4}|[0-9]{2})([.-])(0?[1-9]|1[0-2])(?:[.-]([0-9]+))?(?:[.-]([0-9]+))?"
    r"(?:[.-]?(alpha|beta|a|b|rc|dev)[.-]?([0-9]*))?"
)
_NIGHTLY = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9]*[-_.])*((?:19|20)[0-9]{2})([-.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])"
    r"(?:[-_.T]?([0-9]{1,6}))?(?:[-_.][0-9A-Za-z]+)*"
)
_OF_A_DAY = re.compile(r"nightly|dev|canary|snapshot|daily|night|git|experimental|main|master")
_FINAL: Final[Part] = ((1, 0, ""),)


def read(text: str, scheme: str) -> Parsed | None:
    """Return `text` as a version of one scheme, or None when that cannot read it."""
    return _read(text, scheme)


@lru_cache(maxsize=1 << 16)
def _read(text: str, scheme: str) -> Parsed | None:
    return _pattern(text, scheme) if scheme.startswith("/") else READERS[scheme](text)


def _number(number: str | int) -> tuple[int, int, str]:
    return (0, int(number), "")


def _identifiers(words: Iterable[str]) -> Part:
    """Numbers stand before words, numbers by size, words by their letters (SemVer, rule 11.4)."""
    return tuple(_number(each) if each.isdigit() else (1, 0, each) for each in words)


def _pep440(text: str) -> Parsed | None:
    try:
        found = Version(text) if text.isascii() else None
    except InvalidVersion:
        found = None
    if found is None:
        return None
    release = [*found.release]
    while len(release) > 1 and not release[-1]:
        release.pop()
    before: Part = _FINAL
    if found.pre:
        before = ((0, 1, found.pre[0]), _number(found.pre[1]))
    elif found.dev is not None and found.post is None:
        before = ((0, 0, ""),)
    dev: Part = _FINAL if found.dev is None else (_number(found.dev),)
    local = tuple(
        (1, int(each), "") if each.isdigit() else (0, 0, each)
        for each in (found.local or "").split(".")
        if each
    )
    post: Part = () if found.post is None else (_number(found.post),)
    return Parsed(
        scheme=PEP440,
        spelled=str(found),
        rank=((_number(found.epoch),), tuple(map(_number, release)), before, post, dev, local),
        numbers=(found.major, found.minor, found.micro),
        early=found.is_prerelease,
        nightly=found.dev is not None,
        local=found.local,
    )


def _semver(text: str) -> Parsed | None:
    found = _SEMVER.fullmatch(text)
    if found is None:
        return None
    numbers = (int(found[2]), int(found[3]), int(found[4]))
    words = (found[5] or "").split(".") if found[5] else []
    early = ((0, 0, ""), *_identifiers(words)) if words else _FINAL
    return Parsed(
        scheme=SEMVER,
        spelled=found[1],
        rank=(tuple(map(_number, numbers)), early),
        numbers=numbers,
        early=bool(words),
        nightly=bool(_OF_A_DAY.search(found[5] or "")),
    )


def _build(text: str) -> Parsed | None:
    found = _BUILD.fullmatch(text)
    if found is None:
        return None
    return Parsed(
        scheme=BUILD,
        spelled=f"b{int(found[1])}",
        rank=((_number(found[1]),),),
        numbers=(0, 0, int(found[1])),
    )


def _calendar(text: str) -> Parsed | None:
    found = _CALENDAR.fullmatch(text)
    if found is None:
        return None
    year = int(found[1]) + (2000 if len(found[1]) == 2 else 0)  # noqa: PLR2004 - digits of a year
    numbers = [year, int(found[3]), int(found[4] or 0), int(found[5] or 0)]
    word = {"alpha": "a", "beta": "b"}.get(found[6] or "", found[6] or "")
    count = int(found[7] or 0)
    before: Part = ((0, word != "dev", word), _number(count)) if word else _FINAL
    plain = ".".join(str(each) for each in numbers[: 4 if found[5] else 3])
    return Parsed(
        scheme=CALENDAR,
        spelled=f"{plain}{word}{count}" if word else plain,
        rank=(tuple(map(_number, numbers)), before),
        numbers=(numbers[0], numbers[1], numbers[2]),
        early=bool(word),
        nightly=word == "dev",
    )


def _nightly(text: str) -> Parsed | None:
    found = _NIGHTLY.fullmatch(text)
    if found is None:
        return None
    day = (int(found[1]), int(found[3]), int(found[4]))
    serial = found[5] or ""
    plain = f"nightly-{found[1]}{found[3]}{found[4]}" + (f".{int(serial)}" if serial else "")
    rank = (tuple(map(_number, day)), (_number(serial or 0),))
    return Parsed(scheme=NIGHTLY, spelled=plain, rank=rank, numbers=day, nightly=True)


def _pattern(text: str, scheme: str) -> Parsed | None:
    """Read what a regular expression between slashes finds; `early` may name one of its groups."""
    found = re.fullmatch(scheme.strip("/"), text)
    if found is None:
        return None
    early = "early" in found.re.groupindex and found["early"]
    skipped = found.re.groupindex.get("early", 0)
    groups = [each or "" for at, each in enumerate(found.groups(), start=1) if at != skipped]
    major, minor, micro = [*(int(each) for each in groups if _is_number(each)), 0, 0, 0][:3]
    before: Part = ((0, 0, ""), *_identifiers(_words(early))) if early else _FINAL
    return Parsed(
        scheme=scheme,
        spelled=text,
        rank=(_identifiers(groups) if groups else _identifiers([text]), before),
        numbers=(major, minor, micro),
        early=bool(early),
        nightly=bool(early and _OF_A_DAY.search(early)),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _words(text: str) -> list[str]:
    return re.findall(r"[0-9]+|[^0-9.]+", text)


READERS: Final[Mapping[str, Callable[[str], Parsed | None]]] = {
    BUILD: _build,
    NIGHTLY: _nightly,
    CALENDAR: _calendar,
    SEMVER: _semver,
    PEP440: _pep440,
}  # what is told more narrowly comes first


def of_era(parsed: Parsed, era: int, *, among_others: bool) -> Parsed:
    """Return a version as one of an era; a nightly one that is not alone comes before a release."""
    early = parsed.early or (among_others and parsed.scheme == NIGHTLY)
    return replace(parsed, era=era, early=early)
