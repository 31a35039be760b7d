"""What matrix.yaml says of where releases are announced, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from bot.config.shape import ComponentFile
from bot.config.tree import Tree, problem
from bot.core.blocks import Block
from bot.core.follow import SINCE
from bot.core.lookout import ONLY_WATCHED, RELEASES, Lookout
from bot.core.model import Json
from bot.core.spans import mistake as wrong_span
from bot.core.versions import PEP440, SEMVER, mistake
from bot.errors import Problem

_PLACES: Final = {
    "github": (r"[\w.-]+/[\w.-]+", "OWNER/NAME"),
    "oci": (r"(?:[\w.-]+(?::[0-9]+)?/)?[a-z0-9][a-z0-9._/-]*", "HOST/NAME, without a tag"),
    "hub": (r"[\w.-]+/[\w.-]+(?:@.+)?", "OWNER/NAME, with @BRANCH where it is not main"),
    "url": (r"(?:https?|file)://[^\s@]+", "an address, without a name or a password in it"),
}  # what a package is, by source
_KEYS: Final = {
    "match": frozenset({"github", "oci", "url"}),
    "kind": frozenset({"github"}),
    "moving": frozenset({"github", "oci"}),
    "files": frozenset({"hub"}),
}  # which sources understand a key


def wrong_index(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the index: a password in it would be in every fact and report."""
    index = tree.data.get("index") if isinstance(tree.data, dict) else None
    if isinstance(index, str) and "@" in urlsplit(index).netloc:
        what = "`index` holds a name or a password, which would be in every report"
        cure = "take it out, and set STACKMATRIX_INDEX_USERNAME and STACKMATRIX_INDEX_PASSWORD"
        yield problem(tree.file, tree.place(("index",)), what, cure)


def scheme_of(entry: ComponentFile, source: str) -> str:
    """Return how the versions of a component are read: as it says, or as its source does."""
    return entry.versions or entry.scheme or (SEMVER if source == "npm" else PEP440)


def wrong_versions(tree: Tree, name: str, entry: Mapping[str, Json]) -> Iterator[Problem]:
    """Yield what is wrong with the order of a component's versions."""
    versions, place = entry.get("versions"), tree.place(("components", name, "versions"))
    wrong = mistake(versions) if isinstance(versions, str) else ""
    if wrong:
        what = f"component `{name}` orders its versions by `{versions}`: {wrong}"
        cure = "write pep440, semver, build, calendar, nightly, an expression between slashes,"
        cure += " or several, oldest first: `build then semver`"
        yield problem(tree.file, place, what, cure)
    if versions is not None and "scheme" in entry:
        what = f"component `{name}` says both `versions` and `scheme`, which mean the same"
        yield problem(tree.file, place, what, "keep `versions`")


def driver_of(entry: Mapping[str, Json]) -> str:
    """Return the driver of a component, "" where nothing here installs it: it is only watched."""
    usual = "" if entry.get("source") in ONLY_WATCHED else "script"
    return str(entry.get("driver") or usual)


def lookout_of(entry: ComponentFile) -> Lookout:
    """Return what of a component's announcements counts."""
    return Lookout(
        match=entry.match,
        kind=entry.kind or RELEASES,
        moving=tuple(entry.moving),
        files=tuple(entry.files),
        lanes=tuple(entry.lanes.items()),
        min_age_days=entry.min_age_days,
    )


def blocks_of(entry: ComponentFile) -> tuple[Block, ...]:
    """Return the releases of a component that are not tried."""
    return tuple(
        Block(span=span, reason=told)
        if isinstance(told, str)
        else Block(span=span, reason=told.reason, owner=told.owner, expires=told.expires)
        for span, told in entry.skip.items()
    )


def _wrong_skip(tree: Tree, name: str, entry: Mapping[str, Json]) -> Iterator[Problem]:
    """Yield ranges in `skip` that cannot be read, and what has no release since its date."""
    skip, scheme = entry.get("skip"), str(entry.get("versions") or PEP440)
    for span in skip if isinstance(skip, dict) else ():
        if Block(span=span, reason="").ranges and (mistake(scheme) or wrong_span(span, scheme)):
            place = tree.place(("components", name, "skip", span))
            what = f"component `{name}` skips `{span}`, which is no version specifier"
            yield problem(tree.file, place, what, 'write a version, or one as in `">=1.4,<2"`')
    follow = entry.get("follow")
    for at, word in enumerate(follow if isinstance(follow, list) else []):
        if str(word).startswith(SINCE) and not _is_day(str(word).removeprefix(SINCE)):
            place = tree.place(("components", name, "follow", at))
            what = f"component `{name}` follows `{word}`, which is no day"
            yield problem(tree.file, place, what, "write one as in since-2026-01-31")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def wrong_sources(tree: Tree, name: str, entry: Mapping[str, Json]) -> Iterator[Problem]:
    """Yield what is wrong with where a component is announced, and how."""
    yield from wrong_versions(tree, name, entry)
    yield from _wrong_match(tree, name, entry)
    yield from _wrong_skip(tree, name, entry)
    source = str(entry.get("source") or "pypi")
    for key, sources in _KEYS.items():
        if key in entry and source not in sources:
            what = f"component `{name}` says `{key}`, which means nothing to the source {source}"
            cure = f"take it out; it is for {', '.join(sorted(sources))}"
            yield problem(tree.file, tree.place(("components", name, key)), what, cure)
    if source not in ONLY_WATCHED:
        return
    pattern, words = _PLACES[source]
    package = str(entry.get("package") or name)
    if not re.fullmatch(pattern, package):
        place = tree.place(("components", name, "package"))
        what = f"component `{name}` is at `{package}`, which is no place of the source {source}"
        yield problem(tree.file, place, what, f"write {words} as `package`")
    if entry.get("driver"):
        what = f"component `{name}` of {source} is only watched: no driver installs it from there"
        place = tree.place(("components", name, "driver"))
        yield problem(tree.file, place, what, "take `driver` out, or name another source")


def _wrong_match(tree: Tree, name: str, entry: Mapping[str, Json]) -> Iterator[Problem]:
    place = tree.place(("components", name, "match"))
    try:
        re.compile(str(entry.get("match") or ""))
    except re.error as trouble:
        what = f"component `{name}` has a `match` that is no regular expression: {trouble.msg}"
        yield problem(tree.file, place, what, "mend it; its first group is the version")
    needs = entry.get("source") == "url" or entry.get("kind") == "assets"
    if needs and not entry.get("match"):
        what = f"component `{name}` says nothing of what a version looks like"
        cure = "write `match:`, a regular expression whose first group is the version"
        yield problem(tree.file, place, what, cure)


def wrong_watched(
    tree: Tree, name: str, entry: Mapping[str, Json], sources: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield the components of a stack that nothing installs; `sources` are those of components."""
    listed = entry.get("components")
    for at, used in enumerate(listed if isinstance(listed, list) else []):
        source = sources.get(str(used), "")
        if source in ONLY_WATCHED:
            place = tree.place(("stacks", name, "components", at))
            what = f"stack `{name}` holds `{used}` of {source}, which nothing here installs"
            cure = "leave it out of stacks: `stackmatrix watch` tells of its releases all the same"
            yield problem(tree.file, place, what, cure)
