"""The shapes of sources: where releases are announced; a page of `ports` of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from bot.core.metadata import Metadata
from bot.core.model import Component, Release
from bot.errors import SourceError


class Source(Protocol):
    """Where releases of a component are announced."""

    def releases(self, component: Component) -> Iterable[Release]:
        """Every release, in no order. Raises `SourceError` when the source does not answer."""
        ...


@runtime_checkable
class Registry(Protocol):
    """A source that also knows what a package says of itself today."""

    def about(self, package: str) -> Metadata:
        """What the newest release declares: a project may have moved since an older one.

        Raises `SourceError` when nobody answers.
        """
        ...


class Claims(Protocol):
    """An index that tells what any of its releases declares, and how large its files are."""

    def declares(self, package: str, version: str) -> Metadata:
        """Return what a release declares. Raises `SourceError` where the index does not tell."""
        ...

    def sizes(self, package: str, version: str) -> Mapping[str, int | None]:
        """Return bytes by name of the wheels of a release, None where the index does not tell.

        Raises `SourceError`.
        """
        ...


@runtime_checkable
class Bulk(Protocol):
    """A source that can answer for many components at once."""

    def many(
        self, components: Sequence[Component]
    ) -> Mapping[str, tuple[Release, ...] | SourceError]:
        """Return the releases of each by its name; who is not in it has to be asked alone.

        Raises `SourceError` when the source does not answer at all.
        """
        ...
