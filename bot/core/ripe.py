"""Which releases may be tried yet: their lane, their age, and what is known to be bad.

A release without an upload time is not old enough, however long it has been seen: who can put a
file there can leave its date out. What a person names exactly is tried at any age.

>>> from bot.core.model import Component, Role
>>> tea = Component(name="tea", role=Role.CLIENT, source="pypi", package="tea", upstream="")
>>> release = Release(component="tea", version="2.0rc1", uploaded=None, origin="")
>>> lane_of(tea, release), lane_way(tea, "rc"), lane_way(tea, "stable")
('rc', 'tell', 'test')
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.blocks import Block
from bot.core.model import Component, Release
from bot.core.versions import CANDIDATE, EACH_NIGHT, LANES, STABLE, lane

TEST, TELL, OFF = "test", "tell", "off"
_USUAL: Final = {STABLE: TEST, CANDIDATE: TELL, EACH_NIGHT: OFF}


def lane_of(component: Component, release: Release) -> str:
    """Return the lane of a release: by its version, and early where its source says so."""
    found = lane(release.version, component.scheme)
    return CANDIDATE if found == STABLE and release.early else found


def lane_way(component: Component, lane: str) -> str:
    """Return what becomes of releases of a lane: they are tested, told of, or neither."""
    if component.prereleases and lane != STABLE:
        return TEST
    return dict(component.lookout.lanes).get(lane, _USUAL.get(lane, TELL))


def blocked(component: Component, release: Release, today: date) -> Block | None:
    """Return what keeps a release from being tried, as a person wrote it."""
    held = (one for one in component.skip if one.holds(release.version, component.scheme, today))
    return next(held, None)


def ripe_at(component: Component, release: Release) -> datetime | None:
    """Return from when on a release is old enough; None where nobody can say."""
    if release.uploaded is None:
        return None
    return release.uploaded + timedelta(days=component.lookout.min_age_days)


def ripe(component: Component, releases: Sequence[Release], now: datetime) -> tuple[Release, ...]:
    """Return the releases that may be tried now.

    What `follow` names exactly needs no age and no lane; what is blocked is never tried.
    """
    exact = {word[2:] for word in component.follow if word.startswith("==")}
    tested = {lane for lane in LANES if lane_way(component, lane) == TEST}
    return tuple(
        release
        for release in releases
        if not blocked(component, release, now.date())
        and (
            release.version in exact
            or (_old_enough(component, release, now) and _tested(component, release, tested))
        )
    )


def _old_enough(component: Component, release: Release, now: datetime) -> bool:
    if not component.lookout.min_age_days:
        return True
    at = ripe_at(component, release)
    return at is not None and at <= now


def _tested(component: Component, release: Release, tested: set[str]) -> bool:
    found = lane_of(component, release)
    return not found or found in tested
