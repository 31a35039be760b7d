r"""What of a component's announcements counts: where they stand, how they are told apart.

>>> Lookout(match=r"server-(b\d+)").named("server-b7000"), Lookout().named("v1.0")
('b7000', 'v1.0')
>>> Lookout(match=r"server-b\d+").named("full-b7000"), Lookout(moving=("nightly",)).moves("nightly")
('', True)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RELEASES, TAGS, ASSETS = "releases", "tags", "assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """`match` is an expression that what is announced has to fit, its first group the version.

    `kind` says what a forge is asked for. `moving` are tags that lead elsewhere from day to day,
    each place of which is a release of its own. `files` are patterns of the names that matter.
    `lanes` says what becomes of the releases of a lane, and `min_age_days` how old one has to be
    before it is tried.
    """

    match: str = ""
    kind: str = RELEASES
    moving: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    lanes: tuple[tuple[str, str], ...] = ()
    min_age_days: float = 0.0

    def named(self, text: str) -> str:
        """Return the version that `text` announces, "" where it announces none."""
        if not self.match:
            return text
        found = re.fullmatch(self.match, text)
        return (found[1] if found.re.groups else found[0]) or "" if found else ""

    def moves(self, tag: str) -> bool:
        """Whether a tag is known to lead elsewhere from day to day."""
        return tag in self.moving


EVERYTHING = Lookout()


def placed(tag: str, place: str) -> str:
    """Return the version of a moving tag: the tag, and the beginning of what it leads to.

    >>> placed("latest", "sha256:0123456789abcdef0123")
    'latest@0123456789ab'
    """
    return f"{tag}@{place.rpartition(':')[2][:12]}"


ONLY_WATCHED = frozenset({"github", "oci", "hub", "url"})  # sources of what nothing here installs


def door(source: str, package: str) -> str:
    """Return who is asked for a package: packages behind one door wait for each other.

    >>> door("pypi", "tea"), door("oci", "ghcr.io/acme/tea"), door("url", "https://a.test/x")
    ('pypi', 'ghcr.io', 'a.test')
    """
    if source == "url":
        return package.partition("://")[2].partition("/")[0]
    return package.partition("/")[0] if source == "oci" else source
