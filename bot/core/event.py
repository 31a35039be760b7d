"""What a webhook of GitHub's says of a release: only where to look, never what is there.

Anybody can write such a payload. So it is believed in one thing, the repository that it names: the
components that are announced there are polled, and what they announce is what counts.

>>> told = read({"action": "published", "release": {"tag_name": "v1"}, "repository":
...              {"full_name": "Acme/Tea", "html_url": "https://github.com/Acme/Tea"}})
>>> told.repository, told.tag, told.action
('acme/tea', 'v1', 'published')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.address import repository
from bot.core.model import Component, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A release event: what happened, to which tag, and where (`owner/name`, in lower case)."""

    action: str
    tag: str
    repository: str


def read(payload: Json) -> Event | None:
    """Return the release event that a payload is, or None for anything else."""
    fields = payload if isinstance(payload, dict) else {}
    release, place = _table(fields.get("release")), _table(fields.get("repository"))
    action, name = fields.get("action"), place.get("full_name")
    if not isinstance(action, str) or not isinstance(name, str) or not (name and release):
        return None
    return Event(action=action, tag=str(release.get("tag_name") or ""), repository=name.lower())


def concerned(event: Event, components: Iterable[Component]) -> tuple[str, ...]:
    """Return the names of the components whose releases or whose project are at that place."""
    return tuple(
        one.name
        for one in components
        if event.repository
        in {
            repository(one.upstream).partition("://")[2].partition("/")[2].lower(),
            one.package.lower() if one.source == "github" else "",
        }
    )


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
