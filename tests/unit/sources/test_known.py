"""A source of which only the releases are seen."""

from __future__ import annotations

from bot.core.model import Component, Json, Role
from bot.ports import Registry
from bot.sources.known import ReleasesOnly
from bot.sources.pypi import PyPI


class Index:
    """An index with nothing on its page."""

    def json(self, url: str, *, accept: str = "") -> Json:
        assert url
        assert accept
        return {"files": []}


def test_releases_are_seen_and_nothing_else() -> None:
    component = Component(name="tea", role=Role.CLIENT, source="pypi", package="tea", upstream="")
    whole = PyPI(Index())
    assert isinstance(whole, Registry)
    known = ReleasesOnly(source=whole)
    assert not isinstance(known, Registry)
    assert tuple(known.releases(component)) == ()
