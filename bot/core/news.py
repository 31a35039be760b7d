"""What changed since a source was asked last, and what of it is an alarm.

A file that was put there again under its old name is an alarm: whoever tested the first one has
not seen the second. So is a tag that was not known to move, and a release that is gone although
older ones are still there. What was yanked after it was tested is told as that.

>>> from bot.core.model import Component, Role
>>> tea = Component(name="tea", role=Role.CLIENT, source="pypi", package="tea", upstream="")
>>> one = Release(component="tea", version="1.0", uploaded=None, origin="", files=(("a", "x"),))
>>> [each.kind.value for each in compare(tea, {}, (one,))]
['new']
>>> [each.kind.value for each in compare(tea, {"1.0": one}, (replace(one, files=(("a", "y"),)),))]
['replaced']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.core.model import Component, Release
from bot.core.ripe import lane_of
from bot.core.versions import STABLE, key, ordered, parse

VANISHED: Final = "vanished: its source lists it no more"


class Kind(StrEnum):
    """What happened to a release."""

    NEW = "new"
    MOVED = "moved"
    YANKED = "yanked"
    RESTORED = "restored"
    REPLACED = "replaced"
    GONE = "gone"
    DEPRECATED = "deprecated"
    GREW = "grew"
    OTHER = "other"  # nothing that a person would want to read

    @property
    def alarm(self) -> bool:
        """Whether somebody should look at it at once."""
        return self in {Kind.REPLACED, Kind.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change: the release as it is now, its lane, and what came before it in that lane."""

    kind: Kind
    release: Release
    lane: str = ""
    previous: str = ""
    why: str = ""
    tested: bool = False


def compare(
    component: Component, known: Mapping[str, Release], listed: Sequence[Release]
) -> tuple[News, ...]:
    """Return what differs between what was known, by version, and what is listed now.

    Oldest first, in the order of the component's scheme, after what that cannot read.
    A source may list the newest releases only: what is older than all of them is not gone.
    """
    there = {release.version: release for release in listed}
    rank = {version: at for at, version in enumerate(ordered(there, component.scheme))}
    by_age = sorted(there.values(), key=lambda one: rank.get(one.version, -1))
    changed = [one for one in by_age if known.get(one.version) != one]
    before = _before(component, {**known, **there}) if changed else {}
    found = []
    for now in changed:
        kind, why = _kind(component, known.get(now.version), now)
        previous = before.get(now.version, "") if kind is Kind.NEW else ""
        lane = lane_of(component, now)
        found.append(News(kind=kind, release=now, lane=lane, previous=previous, why=why))
    return (*found, *_gone(component, known, there))


def _kind(component: Component, before: Release | None, now: Release) -> tuple[Kind, str]:
    if before is None:
        moved = next((tag for tag in now.tags if component.lookout.moves(tag)), "")
        return (Kind.MOVED, f"{moved} leads here now") if moved else (Kind.NEW, now.yanked or "")
    swapped = [name for name, was in before.files if was and now.file(name) not in ("", was)]
    if swapped:
        return Kind.REPLACED, f"other content under the old name: {', '.join(swapped)}"
    if now.yanked is not None and before.yanked is None:
        return Kind.YANKED, now.yanked
    if now.yanked is None and before.yanked is not None:
        return Kind.RESTORED, f"it was {before.yanked or 'yanked'}"
    if now.deprecated and now.deprecated != before.deprecated:
        return Kind.DEPRECATED, now.deprecated
    more = [name for name, _ in now.files if before.files and name not in dict(before.files)]
    return (Kind.GREW, f"new files: {', '.join(more)}") if more else (Kind.OTHER, "")


def _gone(
    component: Component, known: Mapping[str, Release], there: Mapping[str, Release]
) -> Iterator[News]:
    """Yield what is listed no more although something older is."""
    scheme = component.scheme
    oldest = min((key(one, scheme) for one in there if parse(one, scheme)), default=None)
    for version, release in known.items():
        missing = version not in there and release.yanked is None
        if (
            missing
            and oldest is not None
            and parse(version, scheme)
            and key(version, scheme) > oldest
        ):
            gone = replace(release, yanked=VANISHED)
            yield News(kind=Kind.GONE, release=gone, lane=lane_of(component, release), why=VANISHED)


def _before(component: Component, every: Mapping[str, Release]) -> Mapping[str, str]:
    """Return what came before each release in its lane, else the last stable one."""
    last: dict[str, str] = {}
    found: dict[str, str] = {}
    for version in ordered(every, component.scheme):
        lane = lane_of(component, every[version])
        if lane:
            found[version] = last.get(lane) or last.get(STABLE, "")
        if lane and every[version].yanked is None:
            last[lane] = version
    return found
