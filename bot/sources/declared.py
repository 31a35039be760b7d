"""What a release on a Python package index declares, without its files (PEP 658, PEP 714).

An index may lay the METADATA of a wheel beside it; where it does not, its own interface may tell
what the release requires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urljoin

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from bot.core.metadata import Metadata, read
from bot.core.model import Json
from bot.errors import ForeignAnswerError, SourceError

ACCEPT = "application/vnd.pypi.simple.v1+json"
_BESIDE = ("core-metadata", "dist-info-metadata", "data-dist-info-metadata")


class Text(Protocol):
    """An answer that is text."""

    @property
    def text(self) -> str:
        """The text."""
        ...


class Fetches(Protocol):
    """What is needed of a fetcher. Both raise `SourceError`."""

    def json(self, url: str, *, accept: str = ...) -> Json:
        """Return the JSON at `url`."""
        ...

    def text(self, url: str) -> Text:
        """Return the text at `url`."""
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    """Reads what releases on the index at `index` declare."""

    fetcher: Fetches
    index: str = "https://pypi.org/simple"

    def declares(self, package: str, version: str) -> Metadata:
        """Return what a release declares. Raises `SourceError` where the index does not tell."""
        name = quote(canonicalize_name(package))
        beside = self._beside(name, version)
        return read(self.fetcher.text(beside).text) if beside else self._own(name, version)

    def sizes(self, package: str, version: str) -> Mapping[str, int | None]:
        """Return the bytes of the wheels of a release, by name, None where none are told.

        Raises `SourceError` where the index does not answer, or not in JSON.
        """
        page = self.fetcher.json(self._page(quote(canonicalize_name(package))), accept=ACCEPT)
        rows = {str(row["filename"]): row.get("size") for row in _wheels(page, version)}
        return {name: told if isinstance(told, int) else None for name, told in rows.items()}

    def _page(self, name: str) -> str:
        return f"{self.index.rstrip('/')}/{name}/"

    def _beside(self, name: str, version: str) -> str:
        """Return the address of the METADATA of one of its wheels, "" where there is none."""
        url = self._page(name)
        try:
            page = self.fetcher.json(url, accept=ACCEPT)
        except ForeignAnswerError:
            return ""
        for row in _wheels(page, version):
            if any(map(row.get, _BESIDE)):
                return urljoin(url, f"{row.get('url', '')}.metadata")
        return ""

    def _own(self, name: str, version: str) -> Metadata:
        root = self.index.rstrip("/").removesuffix("/simple")
        page = self.fetcher.json(f"{root}/pypi/{name}/{quote(version)}/json")
        info = page.get("info") if isinstance(page, dict) else None
        if not isinstance(info, dict):
            what = f"{self.index} does not tell what {name} {version} requires."
            raise SourceError(what, cure="use an index that has metadata beside files (PEP 658)")
        wants = info.get("requires_dist")
        lines = [f"Requires-Dist: {one}" for one in wants] if isinstance(wants, list) else []
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        return read("\n".join([*head, *lines, ""]))


def _wheels(page: Json, version: str) -> Iterator[Mapping[str, Json]]:
    """Yield what a page tells of each wheel of a release."""
    files = page.get("files") if isinstance(page, dict) else None
    rows = files if isinstance(files, list) else ()
    yield from (row for row in rows if isinstance(row, dict) and _wheel_of(row, version))


def _wheel_of(row: Mapping[str, Json], version: str) -> bool:
    try:
        found = str(parse_wheel_filename(str(row.get("filename")))[1])
    except InvalidWheelFilename:
        return False
    return found == version
