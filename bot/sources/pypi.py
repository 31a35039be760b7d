"""Releases from a Python package index that speaks JSON (PEP 691, PEP 700, PEP 592).

Such an index knows files; a release is made of those that carry the same version. It is as old
as its first file, and yanked when every file is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol
from urllib.parse import quote

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bot.core.address import PROSE, links
from bot.core.metadata import Metadata
from bot.core.model import Component, Json, Release
from bot.errors import SourceError, UnknownPackageError

ACCEPT = "application/vnd.pypi.simple.v1+json"
NUMBERED = 6  # parts of a wheel's name with a build number, the optional one
SDISTS = (".tar.gz", ".zip")


class FetchesJson(Protocol):
    """What this source needs of a fetcher."""

    def json(self, url: str, *, accept: str = ...) -> Json:
        """Return the JSON at `url`. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of a release, as the index lists it."""

    name: str
    version: str
    uploaded: datetime | None
    digests: tuple[str, ...]
    yanked: str | None
    requires_python: str

    @property
    def wheel(self) -> bool:
        return self.name.endswith(".whl")


@dataclass(frozen=True, slots=True)
class PyPI:
    """A package index under `index`, https or file: the address that packages' names follow."""

    fetcher: FetchesJson
    index: str = "https://pypi.org/simple"

    def releases(self, component: Component) -> Iterable[Release]:
        """Every version that the index knows, those without files included.

        Raises `UnknownPackageError` when it has no such package, `SourceError` when it does not
        answer or answers in another format.
        """
        name = canonicalize_name(component.package)
        url = f"{self.index.rstrip('/')}/{quote(name)}/"
        try:
            page = self.fetcher.json(url, accept=ACCEPT)
        except UnknownPackageError as error:
            raise UnknownPackageError(
                f"{self.index} has no package {component.package!r}.", cure=error.cure
            ) from error
        files = _files(_members(page, url))
        by_version: dict[str, tuple[_File, ...]] = dict.fromkeys(_versions(page), ())
        for file in files:
            by_version[file.version] = (*by_version.get(file.version, ()), file)
        return tuple(_release(component, url, *entry) for entry in by_version.items())

    def about(self, package: str) -> Metadata:
        """What the newest release says of where its project is, by the index's own interface.

        Not every index has one beside its simple pages. Raises `SourceError` without it.
        """
        name = quote(canonicalize_name(package))
        url = f"{self.index.rstrip('/').removesuffix('/simple')}/pypi/{name}/json"
        page = self.fetcher.json(url, accept="application/json")
        info = page.get("info") if isinstance(page, dict) else None
        if not isinstance(info, dict):
            raise SourceError(f"{url} does not describe a package.", cure="use another index")
        urls = info.get("project_urls")
        told = [(k, str(url)) for k, url in (urls if isinstance(urls, dict) else {}).items()]
        told += [("Homepage", str(info.get("home_page") or ""))]
        told += [(PROSE, each) for each in links(str(info.get("description") or ""))]
        version = str(info.get("version") or "")
        return Metadata(name=canonicalize_name(package), version=version, urls=tuple(told))


def _members(page: Json, url: str) -> list[Json]:
    files = page.get("files") if isinstance(page, dict) else None
    if not isinstance(files, list):
        cure = f"use an index that answers as {ACCEPT} (PEP 691)"
        raise SourceError(f"{url} does not list files.", cure=cure)
    return files


def _versions(page: Json) -> list[str]:
    versions = page.get("versions") if isinstance(page, dict) else None
    named = versions if isinstance(versions, list) else []
    return [found for name in named if (found := _normal(str(name)))]


@cache
def _normal(version: str) -> str:
    try:
        return str(Version(version))
    except InvalidVersion:
        return ""


def _files(members: Iterable[Json]) -> list[_File]:
    rows = [row for row in members if isinstance(row, dict)]
    return [file for row in rows if (file := _file(row))]


def _file(row: Mapping[str, Json]) -> _File | None:
    name = str(row.get("filename", ""))
    version = _version_of(name)
    if not version:
        return None
    hashes = row.get("hashes")
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
    return _File(
        name=name,
        version=version,
        uploaded=_moment(row.get("upload-time")),
        digests=(f"sha256:{sha256}",) if sha256 else (),
        yanked=_reason(row.get("yanked")),
        requires_python=str(row.get("requires-python") or ""),
    )


def _reason(yanked: Json) -> str | None:
    """Return why a file is yanked, "" where no reason is given, None where it is not yanked."""
    if yanked is None or yanked is False:
        return None
    return yanked if isinstance(yanked, str) else ""


def _version_of(filename: str) -> str:
    """Return the version in a file name, "" for what is neither a wheel nor an sdist."""
    if filename.endswith(".whl"):
        parts = filename.split("-")
        numbered = len(parts) == NUMBERED and parts[2][:1].isdigit()
        return _normal(parts[1]) if numbered or len(parts) == NUMBERED - 1 else ""
    stem = next((filename[: -len(end)] for end in SDISTS if filename.endswith(end)), "")
    return _normal(stem.rpartition("-")[2]) if "-" in stem else ""


def _moment(value: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _release(component: Component, url: str, version: str, files: tuple[_File, ...]) -> Release:
    wheels = tuple(sorted(file.name for file in files if file.wheel))
    reasons = [file.yanked for file in files if file.yanked is not None]
    moments = [file.uploaded for file in files if file.uploaded]
    return Release(
        component=component.name,
        version=version,
        uploaded=min(moments) if moments else None,
        origin=url,
        digests=tuple(sorted(digest for file in files for digest in file.digests)),
        yanked=reasons[0] if files and len(reasons) == len(files) else None,
        requires_python=next((f.requires_python for f in files if f.requires_python), ""),
        wheels=wheels,
    )
