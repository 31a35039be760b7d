r"""What a distribution says of the sources that it was built from: its own commit, and others'.

A wheel often brings other projects along: a crate, an engine in a folder of its own, a library
that was copied. Where it says which commit of them that was (an SBOM, a lock of crates, a file
with a commit in it, its version, its addresses), an interval of releases is one of commits as
well. Only what is written down is told: nothing is guessed from a binary.

>>> old = {"greet/_version.py": "engine_commit = '0a1b2c3'\n"}
>>> new = {"greet/_version.py": "engine_commit = '4d5e6f7'\n"}
>>> before, after = (parts("greet", Declared(), each, each.__getitem__) for each in (old, new))
>>> [(each.name, each.last_good, each.first_bad) for each in between(before, after)]
[('engine', '0a1b2c3', '4d5e6f7')]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from bot.core.address import repository
from bot.core.model import Json
from bot.core.outcome import Inside

MOST = 300  # files that are looked into, the shallowest first

_HEX = r"g?([0-9a-f]{7,40})"
_COMMIT = re.compile(rf"{_HEX}\s*")
_NAMED = re.compile(
    r"^[ \t]*(?:\w+[ \t]*=[ \t]*)*[\"']?([\w-]*(?:commit|git|revision|sha|tag)[\w-]*)[\"']?"
    r"(?:[ \t]*:[ \t]*[\w |.\[\]]+(?==|[ \t]*=))?[ \t]*[=:][ \t]*[\"']([\w.-]{2,40})[\"']",
    re.MULTILINE | re.IGNORECASE,
)
_WORDS = frozenset(
    (
        *("commit", "git", "revision", "revisionid", "sha", "sha1", "hash", "id", "version"),
        *("vcs", "ref", "tag", "full", "short", "head", "upstream", "build", "long", "py"),
    )
)
_NO_COMMIT = frozenset({"date", "time", "sha256", "sha512"})
_VENDORED = re.compile(r"(?:^|/)(?:_?vendor(?:ed)?|third_?party|_?extern(?:al)?s?)/([\w.-]+)/")
_SOURCE = re.compile(r"(?:^|/)(?:__init__|[\w]*version[\w]*|[\w]*build_?info[\w]*)\.(?:py|json)$")
_PLAIN = re.compile(
    r"(?:^|/)(?:([\w.-]+?)[._-])?(?:git[_-]?)?(?:commit|revision|hash|sha)(\.txt)?$"
)
_INFO = re.compile(r"(?:^|/)([\w.-]+)\.info\.json$")
_CRATE = re.compile(
    r'name = "([^"]+)"\s+version = "([^"]+)"\s+source = "git\+([^"?#]+)[^"#]*#([0-9a-f]{7,40})"'
)
_MODULE = re.compile(r"^\s*(path|url)\s*=\s*(\S+)\s*$", re.MULTILINE)
_AT_COMMIT = re.compile(r"/(?:tree|commit|blob|archive|tarball)/([0-9a-f]{40})")
_LOCAL = re.compile(rf"\+(?:[\w.]*?\.)??{_HEX}(?:\.|$)")
_GIT = re.compile(r"git\+(\S+?)@([0-9a-f]{7,40})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One source: where its project is, the commit or tag, and else the version, as told."""

    repo: str = ""
    commit: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the metadata of a distribution say: its version, its project, its addresses."""

    version: str = ""
    project: str = ""
    urls: tuple[str, ...] = ()


def commit_of(version: str) -> str:
    """Return the commit that the local part of a version names, or nothing.

    >>> commit_of("1.4.dev3+g0a1b2c3"), commit_of("2.1.0+cu118")
    ('0a1b2c3', '')
    """
    found = _LOCAL.search(version)
    if found is None:
        return ""
    sure = version[found.start(1) - 1] == "g" or not (found[1].isdigit() or found[1].isalpha())
    return found[1] if sure else ""


def parts(
    package: str, declared: Declared, files: Iterable[str], text: Callable[[str], str]
) -> dict[str, Part]:
    """Return the sources of a distribution by their names, its own by the name `package`.

    `files` are its paths, `text` reads one of them ("" for what is none).
    """
    found: dict[str, Part] = {}
    repos: dict[str, str] = {}
    for name, part in _declared(package, declared):
        found.setdefault(name, part)
    telling = [path for path in files if _telling(path)]
    for path in sorted(telling, key=lambda path: (path.count("/"), path))[:MOST]:
        content = text(path)
        repos |= _modules(content) if path.endswith(".gitmodules") else {}
        for name, part in _read(package, path, content):
            kept = found.get(name)
            if kept is None or (part.commit and not kept.commit):
                found[name] = part
    homes = {**repos, package: declared.project}
    return {
        name: part if part.repo or not homes.get(name) else _at(homes[name], part)
        for name, part in found.items()
    }


def _at(repo: str, part: Part) -> Part:
    return Part(repo=repo, commit=part.commit, version=part.version)


def _declared(package: str, declared: Declared) -> Iterator[tuple[str, Part]]:
    """Yield what the version and the addresses tell."""
    if commit := commit_of(declared.version):
        yield package, Part(commit=commit)
    for url in declared.urls:
        if at := _AT_COMMIT.search(url):
            repo = repository(url)
            own = not declared.project or repo == declared.project
            yield package if own else repo.rpartition("/")[2], Part(repo=repo, commit=at[1])


def _telling(path: str) -> bool:
    """Whether a file may tell a commit: by its name, and not too deep inside."""
    if ".dist-info/" in path:
        return path.endswith("/direct_url.json") or "/sboms/" in path
    name = path.rpartition("/")[2]
    if name in {"Cargo.lock", ".gitmodules", "binariesGithubRelease.json"} or _INFO.search(path):
        return True
    inside = _VENDORED.search(path)
    depth = path[inside.end() :].count("/") if inside else path.count("/") - 1
    return depth <= 1 and bool(_SOURCE.search(path) or _PLAIN.search(path.lower()))


def _read(package: str, path: str, content: str) -> Iterator[tuple[str, Part]]:
    if "/sboms/" in path:
        yield from _bill(_json(content))
    elif path.endswith("/direct_url.json"):
        yield from _direct(package, _json(content))
    elif path.endswith("Cargo.lock"):
        for name, version, url, commit in _CRATE.findall(content):
            yield name, Part(repo=repository(url), commit=commit, version=version)
    elif path.endswith("binariesGithubRelease.json") or _INFO.search(path):
        yield from _tagged(path, _json(content))
    else:
        yield from _written(package, path, content)


def _written(package: str, path: str, content: str) -> Iterator[tuple[str, Part]]:
    """Yield commits that a file is, or gives a name to."""
    inside = _VENDORED.search(path)
    holder = inside[1] if inside else package
    if plain := _PLAIN.search(path.lower()):
        if whole := _COMMIT.fullmatch(content):
            yield plain[1] or holder, Part(commit=whole[1])
        return
    for word, value in _NAMED.findall(content):
        words = [each for each in re.split(r"[_-]+", word.lower()) if each]
        told = _COMMIT.fullmatch(value)
        if told and len({*told[1]}) > 1 and not _NO_COMMIT & {*words} and "tag" not in words:
            name = "-".join(each for each in words if each not in _WORDS)
            yield (holder if inside else name or holder), Part(commit=told[1])


def _direct(package: str, told: Json) -> Iterator[tuple[str, Part]]:
    """Yield where a package was installed from, if that was a repository (PEP 610)."""
    vcs = told.get("vcs_info") if isinstance(told, dict) else None
    if isinstance(told, dict) and isinstance(vcs, dict) and vcs.get("commit_id"):
        repo = repository(str(told.get("url")))
        yield package, Part(repo=repo, commit=str(vcs["commit_id"]))


def _tagged(path: str, told: Json) -> Iterator[tuple[str, Part]]:
    """Yield the tag of an engine whose sources or programs a package of npm brings."""
    if not isinstance(told, dict):
        return
    tag = str(told.get("tag") or told.get("release") or "")
    home = next((str(v) for k, v in told.items() if "repo" in k.lower()), "")
    repo = repository(home) or (f"https://github.com/{home}" if home.count("/") == 1 else "")
    named = _INFO.search(path)
    if tag:
        yield named[1] if named else "binaries", Part(repo=repo, commit=tag)


def _bill(told: Json) -> Iterator[tuple[str, Part]]:
    """Yield the components of an SBOM, CycloneDX or SPDX."""
    if not isinstance(told, dict):
        return
    for key, version in (("components", "version"), ("packages", "versionInfo")):
        rows = told.get(key)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row.get("name"):
                words = unquote(json.dumps(row))
                at = _GIT.search(words)
                repo = repository(at[1]) if at else _vcs(row)
                commit = at[2] if at else ""
                whole = Part(repo=repo, commit=commit, version=str(row.get(version) or ""))
                yield str(row["name"]), whole
                yield from _bill(row)


def _vcs(row: Mapping[str, Json]) -> str:
    """Return where a component says that its repository is."""
    links = row.get("externalReferences")
    for each in links if isinstance(links, list) else ():
        if isinstance(each, dict) and each.get("type") == "vcs":
            return repository(str(each.get("url")))
    return ""


def _modules(content: str) -> dict[str, str]:
    """Return the repository of each submodule by the last word of its path."""
    told = _MODULE.findall(content)
    return {
        one[1].rpartition("/")[2]: repository(other[1])
        for one, other in pairwise(told)
        if (one[0], other[0]) == ("path", "url")
    }


def _json(content: str) -> Json:
    try:
        read: Json = json.loads(content)
    except ValueError:
        return None
    return read


def between(before: Mapping[str, Part], after: Mapping[str, Part]) -> tuple[Inside, ...]:
    """Return which sources differ between two releases: those with commits first, then by name."""
    found = []
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        commits = bool(old.commit and new.commit)
        one, other = (old.commit, new.commit) if commits else (old.version, new.version)
        if one and other and one != other:
            repo = new.repo or old.repo
            found.append(
                Inside(name=name, repo=repo, last_good=one, first_bad=other, commits=commits)
            )
    return tuple(sorted(found, key=lambda each: (not each.commits, each.name)))
