"""Where development builds lie, as `--builds` says: folders of wheels, or addresses of indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config.options import Options
from bot.core.model import Component, Release
from bot.errors import SourceError
from bot.ports import Source
from bot.registries import fetcher_of
from bot.sources.folder import Folder
from bot.sources.listed import Listed
from bot.sources.pypi import PyPI


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """An index that speaks JSON, or one that is pages of links: nightly ones are often these."""

    first: Source
    second: Source

    def releases(self, component: Component) -> Iterable[Release]:
        """Every build that either of them knows. Raises `SourceError` where both fail."""
        try:
            return tuple(self.first.releases(component))
        except SourceError:
            return tuple(self.second.releases(component))


def where_builds_lie(options: Options, places: Sequence[str]) -> Mapping[str, Source]:
    """Return a source for each place; addresses are asked unless everything is offline."""
    fetcher = fetcher_of(options)
    found: dict[str, Source] = {}
    for place in places:
        if "://" not in place:
            found[place] = Folder(folders=(Path(place),))
        elif place.startswith("file:") or not options.offline:
            found[place] = Either(
                first=PyPI(fetcher=fetcher, index=place),
                second=Listed(fetcher=fetcher, index=place),
            )
    return found


def flags_for(index: tuple[str, ...], places: Sequence[str]) -> tuple[str, ...]:
    """Return how uv finds builds beside what it finds by `index`; nothing where there are none.

    >>> flags_for(("--no-index",), ("/wheels",))
    ('--no-index', '--find-links', '/wheels')
    >>> flags_for(("--no-index",), ("https://nightly.example/simple",))
    ('--default-index', 'https://nightly.example/simple', '--index-strategy', 'unsafe-best-match')
    """
    links = [word for each in places if "://" not in each for word in ("--find-links", each)]
    indexes = [each for each in places if "://" in each]
    if not indexes:
        return (*index, *links) if links else ()
    alone = "--no-index" in index
    first = ("--default-index", indexes[0]) if alone else ("--index", indexes[0])
    more = [word for each in indexes[1:] for word in ("--index", each)]
    kept = tuple(word for word in index if word != "--no-index")
    return (*kept, *first, *more, *links, "--index-strategy", "unsafe-best-match")
