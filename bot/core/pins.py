r"""What a person says was installed: requirements files and the lock files of other tools.

>>> asked = from_requirements("httpx==0.27.2  # the client\nanyio>=4\n", "good.txt")
>>> asked.lines, asked.exact
(('httpx==0.27.2', 'anyio>=4'), False)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bot.core.model import Closure, Json, Pin
from bot.errors import ConfigError, Problem

_COMMENT = re.compile(r"(^|\s)#.*$")
_HASH = re.compile(r"\s+--hash[=\s]\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Requirements as they stand; `exact` where each of them pins one version."""

    lines: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether nothing is left to choose about what is listed."""
        return all(_version(line) for line in self.lines)

    @property
    def versions(self) -> dict[str, str]:
        """The pinned version by normal name, of what is pinned."""
        parsed = (Requirement(line) for line in self.lines)
        return {canonicalize_name(r.name): v for r in parsed if (v := _version(str(r)))}

    @property
    def closure(self) -> Closure:
        """What is pinned, as it stands."""
        return Closure(pins=tuple(Pin(name=n, version=v) for n, v in self.versions.items()))


def _version(line: str) -> str:
    """Return the one version that a requirement admits, or nothing."""
    specifiers = list(Requirement(line).specifier)
    if len(specifiers) == 1 and specifiers[0].operator in ("==", "==="):
        version = specifiers[0].version
        return "" if version.endswith(".*") else version
    return ""


def from_requirements(text: str, name: str) -> Asked:
    """Read a requirements file. Raises `ConfigError` with every line that cannot be used."""
    lines: list[str] = []
    problems: list[Problem] = []
    for at, line in _logical(text):
        bare = _HASH.sub("", _COMMENT.sub("", line)).strip()
        if not bare:
            continue
        told = _requirement(bare)
        if isinstance(told, str):
            lines.append(told)
        else:
            what, cure = told
            problems.append(Problem(file=name, line=at, column=1, what=what, cure=cure))
    if problems:
        raise ConfigError(tuple(problems))
    return Asked(lines=tuple(lines))


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with the number of their first one; a backslash at the end joins the next."""
    held, first = "", 1
    for at, line in enumerate(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines(), start=1):
        first = first if held else at
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        yield first, held + line
        held = ""
    if held:
        yield first, held


def _requirement(line: str) -> str | tuple[str, str]:
    """Return the requirement of a line, or what is wrong with it and how to mend it."""
    if line.startswith("-"):
        flag, *_ = line.split(maxsplit=1)
        return f"`{flag}` is not read here", "write the requirements themselves"
    try:
        read = Requirement(line)
    except InvalidRequirement as trouble:
        return f"`{line}` is no requirement: {str(trouble).splitlines()[0]}", "write name==version"
    if read.url:
        return f"`{read.name}` comes from an address", "name a release: only those can be bisected"
    return line


def from_uv_lock(text: str, name: str, environment: Mapping[str, str]) -> Asked:
    """Read `uv.lock`: what its projects need in `environment`, each package pinned."""
    lock = _toml(text, name)
    packages = [each for each in _tables(lock, "package") if each.get("version")]
    known: dict[str, list[Mapping[str, Json]]] = {}
    for each in packages:
        known.setdefault(canonicalize_name(str(each["name"])), []).append(each)
    projects = [each for each in packages if _local(each)]
    left = [(each, "") for each in projects] or [(each, "") for each in packages]
    pins: dict[str, str] = {}
    done: set[tuple[str, str]] = set()
    while left:
        each, extra = left.pop()
        place = (canonicalize_name(str(each["name"])), extra)
        if place in done:
            continue
        done.add(place)
        if not _local(each):
            pins[place[0]] = str(each["version"])
        for wish in _wishes(each, extra):
            if _holds(wish.get("marker"), environment):
                left += _found(wish, known)
    return Asked(lines=tuple(f"{name}=={version}" for name, version in sorted(pins.items())))


def _local(package: Mapping[str, Json]) -> bool:
    source = package.get("source")
    kinds = source if isinstance(source, dict) else {}
    return any(kind in kinds for kind in ("editable", "virtual", "directory"))


def _wishes(package: Mapping[str, Json], extra: str) -> Iterator[Mapping[str, Json]]:
    yield from _tables(package, "dependencies") if not extra else ()
    optional = package.get("optional-dependencies")
    if extra and isinstance(optional, dict):
        yield from _tables(optional, extra)


def _found(
    wish: Mapping[str, Json], known: Mapping[str, list[Mapping[str, Json]]]
) -> Iterator[tuple[Mapping[str, Json], str]]:
    extras = wish.get("extra")
    for package in known.get(canonicalize_name(str(wish.get("name"))), []):
        if wish.get("version") in (None, package["version"]):
            yield package, ""
            for extra in extras if isinstance(extras, list) else []:
                yield package, str(extra)


def _holds(marker: Json, environment: Mapping[str, str]) -> bool:
    if not isinstance(marker, str):
        return True
    try:
        return Marker(marker).evaluate({**environment, "extra": ""})
    except InvalidMarker:
        return True


def from_pylock(text: str, name: str, environment: Mapping[str, str]) -> Asked:
    """Read `pylock.toml` (PEP 751): every package whose marker holds in `environment`."""
    packages = _tables(_toml(text, name), "packages")
    kept = [
        f"{canonicalize_name(str(each['name']))}=={each['version']}"
        for each in packages
        if each.get("version") and _holds(each.get("marker"), environment)
    ]
    return Asked(lines=tuple(sorted(kept)))


def _toml(text: str, name: str) -> Mapping[str, Json]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        cure = "let the tool that wrote it write it again"
        problem = Problem(file=name, line=1, column=1, what=f"no TOML: {trouble}", cure=cure)
        raise ConfigError((problem,)) from trouble


def _tables(holder: Mapping[str, Json], key: str) -> Iterator[Mapping[str, Json]]:
    rows = holder.get(key)
    yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
