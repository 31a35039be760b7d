"""A source that is asked for releases and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.model import Component, Release
from bot.ports import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesOnly:
    """Hides what else `source` knows: offline, nobody can say where a project is today."""

    source: Source

    def releases(self, component: Component) -> Iterable[Release]:
        """Every release that the source behind knows. Raises `SourceError` as it does."""
        return self.source.releases(component)
