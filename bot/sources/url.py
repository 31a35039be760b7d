"""Versions that stand on any page, found by a regular expression of the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import Component, Release
from bot.errors import SourceError


class Answer(Protocol):
    """A page."""

    @property
    def text(self) -> str:
        """What stands on it."""
        ...


class Fetches(Protocol):
    """What this source needs of a fetcher."""

    def text(self, url: str) -> Answer:
        """Return the page at `url`. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """Pages at an address, https or file: the package is the address."""

    fetcher: Fetches

    def releases(self, component: Component) -> Iterable[Release]:
        """Every version that the expression finds: its first group, else all that it matches.

        Raises `SourceError` where nobody answers, and where it finds nothing at all.
        """
        page = self.fetcher.text(component.package).text
        expression = re.compile(component.lookout.match)
        found = (each[min(expression.groups, 1)] or "" for each in expression.finditer(page))
        versions = tuple(dict.fromkeys(version for version in found if version))
        if not versions:
            what = f"{component.package} has nothing that fits {component.lookout.match!r}"
            raise SourceError(what, cure=f"mend `match` of `{component.name}` in matrix.yaml")
        return tuple(
            Release(
                component=component.name, version=version, uploaded=None, origin=component.package
            )
            for version in versions
        )
