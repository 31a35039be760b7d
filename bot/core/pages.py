"""Where more stands of a release: its notes, and what differs from the one before.

>>> from bot.core.model import Component, Role
>>> tea = Component(name="tea", role=Role.CLIENT, source="github", package="a/tea", upstream="")
>>> one = Release(component="tea", version="v2", uploaded=None, origin="")
>>> comparison(tea, "v1", one)
'https://github.com/a/tea/compare/v1...v2'
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from bot.core.lookout import ASSETS
from bot.core.model import Component, Release

_INDEXES: Final = (
    ("https://pypi.org/", "https://pypi.org/project/{package}/{version}/"),
    ("https://registry.npmjs.org/", "https://www.npmjs.com/package/{package}/v/{version}"),
)


def notes(component: Component, release: Release) -> str:
    """Return the address of what its maker wrote, or of its page on a public index, or nothing."""
    if release.notes:
        return release.notes
    version = quote(release.version)
    for start, page in _INDEXES:
        if release.origin.startswith(start):
            return page.format(package=quote(component.package, safe="@/"), version=version)
    return ""


def comparison(component: Component, old: str, release: Release) -> str:
    """Return the address of what differs from `old`, the command that shows it, or nothing."""
    look = component.lookout
    tags = component.source == "github" and not look.match and look.kind != ASSETS
    if not old or (release.tags and component.source == "github"):
        return ""
    if tags:
        ends = (quote(each, safe="") for each in (old, release.version))
        return f"https://github.com/{component.package}/compare/{'...'.join(ends)}"
    return f"stackmatrix diff {component.name} {old} {release.version}" if component.driver else ""
