"""Releases from a Python package index that speaks JSON (PEP 691, 700, 592, 708, 792).

Such an index knows files; a release is made of those that carry the same version. It is as old
as its first file, and yanked when every file is. An index that has only pages of links beside
its own interface is asked by that one, `/pypi/NAME/json`, which knows the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Protocol
from urllib.parse import quote

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bot.core.address import PROSE, links
from bot.core.metadata import Metadata
from bot.core.model import Component, Json, Release
from bot.errors import ForeignAnswerError, SourceError, UnknownPackageError

ACCEPT = "application/vnd.pypi.simple.v1+json"
NUMBERED = 6  # parts of a wheel's name with a build number, the optional one
SDISTS = (".tar.gz", ".zip")
FORMAT = 1  # of the pages that are understood (PEP 629)
HASHES = ("sha256", "sha512", "sha384", "blake2b_256", "blake2b", "sha1", "md5")  # best first
QUARANTINED = "quarantined"  # what PEP 792 calls a project that an index hands out no more


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
    digest: str
    yanked: str | None
    requires_python: str

    @property
    def wheel(self) -> bool:
        return self.name.endswith(".whl")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What an index says of a project, whichever way it said it."""

    url: str
    files: tuple[_File, ...]
    versions: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PyPI:
    """A package index under `index`, https or file: the address that packages' names follow."""

    fetcher: FetchesJson
    index: str = "https://pypi.org/simple"
    _plain: list[str] = field(default_factory=list, compare=False)  # who speaks no PEP 691

    def releases(self, component: Component) -> Iterable[Release]:
        """Every version that the index knows, those without files included.

        Raises `UnknownPackageError` when it has no such package, `SourceError` when it does not
        answer or answers in another format.
        """
        try:
            page = self._page(quote(canonicalize_name(component.package)))
        except UnknownPackageError as error:
            raise UnknownPackageError(
                f"{self.index} has no package {component.package!r}.", cure=error.cure
            ) from error
        by_version: dict[str, tuple[_File, ...]] = dict.fromkeys(page.versions, ())
        for file in page.files:
            by_version[file.version] = (*by_version.get(file.version, ()), file)
        return tuple(_release(component, page, *entry) for entry in by_version.items())

    def _page(self, name: str) -> _Page:
        """Ask the simple API, and the index's own interface where it has only pages of links."""
        if self.index not in self._plain:
            try:
                return self._simple(name)
            except ForeignAnswerError as foreign:
                try:
                    page = self._project(name)
                except SourceError:
                    raise foreign from None
                self._plain.append(self.index)
                return page
        return self._project(name)

    def _simple(self, name: str) -> _Page:
        url = f"{self.index.rstrip('/')}/{name}/"
        page = self.fetcher.json(url, accept=ACCEPT)
        status = _table(page, "project-status")
        return _Page(
            url=url,
            files=tuple(_files(_members(page, url))),
            versions=tuple(_versions(page)),
            also=_also(page),
            status=str(status.get("status") or ""),
            reason=str(status.get("reason") or ""),
        )

    def _project(self, name: str) -> _Page:
        """Read the project's own page, which has its files by version."""
        url = self._about(name)
        page = self.fetcher.json(url, accept="application/json")
        releases = _table(page, "releases")
        if not isinstance(page, dict) or "releases" not in page:
            raise ForeignAnswerError(f"{url} does not list releases.", cure="use another index")
        files = (file for each in releases.values() if isinstance(each, list) for file in each)
        rows = [_respelt(row) for row in files if isinstance(row, dict)]
        return _Page(
            url=url,
            files=tuple(_files(rows)),
            versions=tuple(found for each in releases if (found := _normal(each))),
        )

    def _about(self, name: str) -> str:
        return f"{self.index.rstrip('/').removesuffix('/simple')}/pypi/{name}/json"

    def about(self, package: str) -> Metadata:
        """What the newest release says of where its project is, by the index's own interface.

        Not every index has one beside its simple pages. Raises `SourceError` without it.
        """
        url = self._about(quote(canonicalize_name(package)))
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
    told = str(_table(page, "meta").get("api-version") or FORMAT)
    if told.partition(".")[0] != str(FORMAT):
        cure = "upgrade stackmatrix; it reads version 1 of the simple API"
        raise SourceError(f"{url} speaks version {told} of the simple API.", cure=cure)
    if not isinstance(files, list):
        cure = f"use an index that answers as {ACCEPT} (PEP 691)"
        raise ForeignAnswerError(f"{url} does not list files.", cure=cure)
    return files


def _table(page: Json, name: str) -> Mapping[str, Json]:
    found = page.get(name) if isinstance(page, dict) else None
    return found if isinstance(found, dict) else {}


def _also(page: Json) -> tuple[str, ...]:
    """Return where the project is known elsewhere: what it tracks, and where it says it is."""
    elsewhere = page.get("alternate-locations") if isinstance(page, dict) else None
    tracked = _table(page, "meta").get("tracks")
    named = [each for told in (elsewhere, tracked) if isinstance(told, list) for each in told]
    return tuple(dict.fromkeys(str(each) for each in named))


def _respelt(row: Mapping[str, Json]) -> Json:
    """Return a file of the project's page in the words of the simple API; its times are UTC."""
    moment = row.get("upload_time_iso_8601") or f"{row.get('upload_time')}Z"
    return {
        "filename": row.get("filename"),
        "hashes": row.get("digests"),
        "upload-time": moment,
        "yanked": (row.get("yanked_reason") or True) if row.get("yanked") else False,
        "requires-python": row.get("requires_python"),
    }


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
    return _File(
        name=name,
        version=version,
        uploaded=_moment(row.get("upload-time")),
        digest=_digest(_table(dict(row), "hashes")),
        yanked=_reason(row.get("yanked")),
        requires_python=str(row.get("requires-python") or ""),
    )


def _digest(hashes: Mapping[str, Json]) -> str:
    """Return the best hash that an index gives, "" where it gives none."""
    return next((f"{name}:{hashes[name]}" for name in HASHES if hashes.get(name)), "")


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
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _release(component: Component, page: _Page, version: str, files: tuple[_File, ...]) -> Release:
    moments = [file.uploaded for file in files if file.uploaded]
    return Release(
        component=component.name,
        version=version,
        uploaded=min(moments) if moments else None,
        origin=page.url,
        digests=tuple(sorted(file.digest for file in files if file.digest)),
        yanked=_yanked(page, files),
        requires_python=next((f.requires_python for f in files if f.requires_python), ""),
        wheels=tuple(sorted(file.name for file in files if file.wheel)),
        files=tuple(sorted((file.name, file.digest) for file in files)),
        deprecated=_deprecated(page),
        also=page.also,
    )


def _yanked(page: _Page, files: tuple[_File, ...]) -> str | None:
    """A release is yanked when each of its files is; of a project in quarantine, every one is."""
    if page.status == QUARANTINED:
        return ": ".join(filter(None, (QUARANTINED, page.reason)))
    reasons = [file.yanked for file in files if file.yanked is not None]
    whole = files and len(reasons) == len(files)
    return max(reasons, key=len) if whole else None


def _deprecated(page: _Page) -> str:
    """Return what the project says of itself, where it is no longer cared for."""
    idle = page.status in {"archived", "deprecated"}
    return ": ".join(filter(None, (page.status, page.reason))) if idle else ""
