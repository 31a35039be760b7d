"""What was released of the packages that moved: the road of each from one end to the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.core.model import Component, Release, Role
from bot.errors import SourceError
from bot.ports import Runner
from bot.steps.house import House


def released(
    house: House, errands: Runner, packages: Collection[str]
) -> Mapping[str, tuple[Release, ...]]:
    """Return the releases of `packages`, many asked at once; a silent source gives none."""
    house.progress.begin("watch", len(packages))
    return dict(errands.run(sorted(packages), lambda package: _line(house, package)))


def _line(house: House, package: str) -> tuple[Release, ...]:
    component = Component(name=package, role=Role.RUNTIME, source="", package=package, upstream="")
    try:
        return tuple(
            release
            for source in house.sources.values()
            for release in source.releases(component)
            if _seen(house, release)
        )
    except SourceError as trouble:
        house.progress.note(f"{package}: {trouble.message}; its releases are not searched")
        return ()
    finally:
        house.progress.advance("watch", package)


def _seen(house: House, release: Release) -> bool:
    """Whether a release may be tried; what lies in a folder has no date that could hide it."""
    newest = house.matrix.cutoff
    return newest is None or release.uploaded is None or release.uploaded <= newest
