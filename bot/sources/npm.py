"""Releases from a registry that speaks npm's JSON: one document for each package.

Such a document (a "packument") holds every version with its integrity and the Node it asks for,
and under `time` when each was published. What was unpublished stays in `time` alone: it is told
as a yanked release, since it was once there to be installed. A deprecated version is not yanked:
npm installs it as before and prints a warning. Words such as `latest` and `next` lead to a version
each, and move.

https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import quote, unquote

from bot.core.model import Component, Json, Release
from bot.errors import SourceError, UnknownPackageError

REGISTRY = "https://registry.npmjs.org"
UNPUBLISHED = "unpublished"
_NOT_VERSIONS = frozenset({"created", "modified", UNPUBLISHED})


class FetchesJson(Protocol):
    """What this source needs of a fetcher."""

    def json(self, url: str) -> Json:
        """Return the JSON at `url`. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True)
class Npm:
    """A registry under `registry`, https or file: the address that packages' names follow."""

    fetcher: FetchesJson
    registry: str = REGISTRY

    def releases(self, component: Component) -> Iterable[Release]:
        """Every version that the registry knows, those that were unpublished included.

        Raises `UnknownPackageError` when it has no such package, `SourceError` when it does not
        answer or answers in another format.
        """
        url = f"{self.registry.rstrip('/')}/{quote(component.package, safe='@')}"
        try:
            document = self.fetcher.json(url)
        except UnknownPackageError as error:
            raise UnknownPackageError(
                f"{self.registry} has no package {component.package!r}.", cure=error.cure
            ) from error
        versions, times = _table(document, "versions"), _table(document, "time")
        words = _words(_table(document, "dist-tags"))
        if not versions and not times:
            cure = "use a registry that answers as npm's does, in full"
            raise SourceError(f"{url} does not list versions.", cure=cure)
        gone = [name for name in times if name not in versions and name not in _NOT_VERSIONS]
        return tuple(
            replace(
                _release(component, url, version, versions.get(version), times.get(version)),
                tags=words.get(version, ()),
            )
            for version in (*versions, *gone)
        )


def _table(document: Json, name: str) -> Mapping[str, Json]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def _words(tags: Mapping[str, Json]) -> Mapping[str, tuple[str, ...]]:
    """Return the words that lead to each version, in alphabetical order."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(tags):
        version = str(tags[word])
        found[version] = (*found.get(version, ()), word)
    return found


def _release(component: Component, url: str, version: str, about: Json, time: Json) -> Release:
    fields = about if isinstance(about, dict) else None
    dist = _table(fields, "dist")
    digests = _digests(dist)
    file = unquote(str(dist.get("tarball") or "").rpartition("/")[2])
    return Release(
        component=component.name,
        version=version,
        uploaded=_moment(time),
        origin=url,
        digests=digests,
        yanked=UNPUBLISHED if fields is None else None,
        files=((file, digests[-1]),) if file and digests else (),
        deprecated=_deprecated((fields or {}).get("deprecated")),
    )


def _deprecated(told: Json) -> str:
    """Return why a version is deprecated; some are so without a word, by `true`."""
    return told if isinstance(told, str) else "deprecated" if told else ""


def _digests(dist: Mapping[str, Json]) -> tuple[str, ...]:
    """Return `ALGORITHM:HEX` of each hash; the oldest releases have a sha1 and nothing else."""
    told = [_hex(word) for word in str(dist.get("integrity") or "").split()]
    found = tuple(sorted(each for each in told if each))
    return found or ((f"sha1:{dist['shasum']}",) if dist.get("shasum") else ())


def _hex(integrity: str) -> str:
    """Turn `sha512-BASE64` (as in Subresource Integrity) into `sha512:HEX`."""
    algorithm, _, encoded = integrity.partition("-")
    try:
        return f"{algorithm}:{base64.b64decode(encoded, validate=True).hex()}" if encoded else ""
    except binascii.Error:
        return ""


def _moment(value: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
