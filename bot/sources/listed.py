"""Releases from an index that is no more than pages of links (PEP 503), as nightly ones often are.

Such a page knows file names: no upload times, and a release is yanked where each of its links
says so (PEP 592).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

from packaging.utils import (
    canonicalize_name,
)

from bot.core.archive import release_of
from bot.core.model import Component, Release
from bot.errors import SourceError, UnknownPackageError


class Saves(Protocol):
    """What this source needs of a fetcher."""

    def save(self, url: str, to: Path) -> None:
        """Write what is at `url` into the file `to`. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A package index under `index`, https or file, whose pages are HTML."""

    fetcher: Saves
    index: str

    def releases(self, component: Component) -> Iterator[Release]:
        """Yield a release for each version that is linked to.

        Raises `UnknownPackageError` without such a page, `SourceError` when nobody answers.
        """
        name = canonicalize_name(component.package)
        url = f"{self.index.rstrip('/')}/{quote(name)}/"
        page = _Page()
        page.feed(self._text(url))
        by_version: dict[str, list[tuple[str, str | None]]] = {}
        for file, yanked in page.links:
            package, version = release_of(file)
            if package == name:
                by_version.setdefault(version, []).append((file, yanked))
        for version, files in by_version.items():
            withdrawn = [yanked for _, yanked in files if yanked is not None]
            yield Release(
                component=component.name,
                version=version,
                uploaded=None,
                origin=url,
                yanked=withdrawn[0] if len(withdrawn) == len(files) else None,
                wheels=tuple(sorted(file for file, _ in files if file.endswith(".whl"))),
            )

    def _text(self, url: str) -> str:
        if urlsplit(url).scheme == "file":
            page = Path(url2pathname(urlsplit(url).path)) / "index.html"
            if not page.exists():
                raise UnknownPackageError(f"There is no {page}.", cure="check the spelling")
            return page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as scratch:
            place = Path(scratch) / "page.html"
            self.fetcher.save(url, place)
            try:
                return place.read_text(encoding="utf-8")
            except UnicodeDecodeError as trouble:
                raise SourceError(f"{url} is no page of links.", cure="name an index") from trouble


@dataclass(slots=True)
class _Page(HTMLParser):
    """Gathers the file that each link leads to, and why it was yanked, if it was."""

    links: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a link."""
        told = dict(attrs)
        if tag == "a" and told.get("href"):
            path = urlsplit(str(told["href"])).path
            yanked = (told["data-yanked"] or "") if "data-yanked" in told else None
            self.links.append((unquote(path.rpartition("/")[2]), yanked))
