"""Tags of an image in a registry that follows the distribution specification of the OCI.

A tag is a version. One that is known to move is asked for its digest, and each digest that it
leads to is a release of its own; of the others the newest few are, since a tag that should stand
still and does not is worth an alarm. Registries list tags in any order: we sort them.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bot.core.lookout import placed
from bot.core.model import Component, Json, Release
from bot.core.versions import key, parse
from bot.errors import SourceError, UnknownPackageError

HUB: Final = "registry-1.docker.io"
HERE: Final = frozenset({"localhost", "127.0.0.1"})  # registries that speak plain HTTP
PAGES: Final = 50  # of a thousand tags each
NEWEST: Final = 5  # tags whose digest is watched, besides those that move
MANIFESTS: Final = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)
DIGEST: Final = "Docker-Content-Digest"


class Page(Protocol):
    """One answer: JSON, and where it goes on."""

    @property
    def body(self) -> Json:
        """What was answered."""
        ...

    @property
    def following(self) -> str:
        """The address of the next page, "" after the last one."""
        ...


class Head(Protocol):
    """What a host says of something without sending it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""
        ...


class Fetches(Protocol):
    """What this source needs of a fetcher."""

    def fetch(self, url: str, *, accept: str = ...) -> Page:
        """Return what is at `url`. Raises `SourceError`."""
        ...

    def head(self, url: str, *, accept: str = ...) -> Head:
        """Return what is said of `url`. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Oci:
    """Registries of images; a package is `HOST/NAME`, and without a host one of Docker's own."""

    fetcher: Fetches

    def releases(self, component: Component) -> Iterable[Release]:
        """Every tag that fits, and each place of those that move.

        Raises `UnknownPackageError` where there is no such image, `SourceError` else.
        """
        base = address(component.package)
        look = component.lookout
        tags = sorted(dict.fromkeys(self._tags(base, component.package)))
        named = {tag: look.named(tag) for tag in tags if not look.moves(tag)}
        line = [tag for tag in named if parse(named[tag], component.scheme)]
        line.sort(key=lambda tag: key(named[tag], component.scheme))
        watched = frozenset(line[-NEWEST:])
        found = [
            _release(component, base, named[tag], self._digest(base, tag) if tag in watched else "")
            for tag in named
            if named[tag]
        ]
        moved = [
            (tag, self._digest(base, tag)) for tag in dict.fromkeys(look.moving) if tag in tags
        ]
        found += [
            _release(component, base, placed(tag, digest), digest, tag)
            for tag, digest in moved
            if digest
        ]
        return tuple(found)

    def _tags(self, base: str, package: str) -> Iterator[str]:
        url = f"{base}/tags/list?n=1000"
        for _ in range(PAGES):
            try:
                page = self.fetcher.fetch(url)
            except UnknownPackageError as error:
                what = f"there is no image {package!r}, or nothing of it may be seen"
                raise UnknownPackageError(what, cure=error.cure) from error
            tags = page.body.get("tags") if isinstance(page.body, dict) else None
            if not isinstance(tags, list):
                cure = "check that the package is HOST/NAME of a registry of images"
                raise SourceError(f"{url} lists no tags.", cure=cure)
            yield from (str(tag) for tag in tags)
            url = page.following
            if not url:
                return

    def _digest(self, base: str, tag: str) -> str:
        """Return the digest that a tag leads to now, "" where the registry does not say."""
        said = self.fetcher.head(f"{base}/manifests/{tag}", accept=MANIFESTS).headers
        return said.get(DIGEST, "")


def address(package: str) -> str:
    """Return where a registry keeps an image.

    >>> address("ghcr.io/acme/tea"), address("redis"), address("127.0.0.1:5000/tea")
    ('https://ghcr.io/v2/acme/tea', 'https://registry-1.docker.io/v2/library/redis', \
'http://127.0.0.1:5000/v2/tea')
    """
    host, _, name = package.partition("/")
    if not name or not ("." in host or ":" in host or host == "localhost"):
        host, name = HUB, package if name else f"library/{package}"
    host = HUB if host == "docker.io" else host
    way = "http" if host.partition(":")[0] in HERE else "https"
    return f"{way}://{host}/v2/{name}"


def _release(component: Component, base: str, version: str, digest: str, tag: str = "") -> Release:
    return Release(
        component=component.name,
        version=version,
        uploaded=None,
        origin=base,
        digests=(digest,) if digest else (),
        files=(("manifest", digest),) if digest and not tag else (),
        tags=(tag,) if tag else (),
    )
