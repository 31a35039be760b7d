"""A registry's document becomes releases: what is there, what is gone, and odd ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.core.model import Component, Json, Release, Role
from bot.errors import SourceError, UnknownPackageError
from bot.sources.npm import Npm

DOCUMENT: Json = {
    "name": "@scope/tea",
    "dist-tags": {"next": "2.0.0-next.1", "latest": "1.1.0", "legacy": "1.1.0", "lost": "3.0.0"},
    "versions": {
        "1.0.0": {
            "dist": {
                "shasum": "aa",
                "integrity": "sha512-AAEC sha1-/w==",
                "tarball": "https://registry.example/@scope%2ftea/-/tea-1.0.0.tgz",
            },
            "deprecated": True,
        },
        "1.1.0": {"dist": {"shasum": "ab"}, "deprecated": "use coffee"},
        "2.0.0-next.1": {"dist": {"integrity": "sha512-?"}},
    },
    "time": {
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-03-01T00:00:00.000Z",
        "0.9.0": "2026-01-01T00:00:00.000Z",
        "1.0.0": "2026-01-02T03:04:05.678Z",
        "1.1.0": "soon",
    },
}
TEA = Component(name="tea", role=Role.CLIENT, source="npm", package="@scope/tea", upstream="")


@dataclass
class Host:
    """Answers every address with one document, and remembers what it was asked."""

    document: Json
    asked: list[str] = field(default_factory=list)

    def json(self, url: str) -> Json:
        self.asked.append(url)
        if self.document is None:
            raise UnknownPackageError(f"{url} does not exist.", cure="spell it")
        return self.document


def releases(document: Json) -> dict[str, Release]:
    return {each.version: each for each in Npm(Host(document)).releases(TEA)}


def test_a_scope_stays_in_one_part_of_the_address() -> None:
    host = Host(DOCUMENT)
    tuple(Npm(host, "https://registry.example/").releases(TEA))
    assert host.asked == ["https://registry.example/@scope%2Ftea"]


def test_every_version_is_told_with_its_moment_and_its_hashes() -> None:
    found = releases(DOCUMENT)
    assert list(found) == ["1.0.0", "1.1.0", "2.0.0-next.1", "0.9.0"]
    assert found["1.0.0"].uploaded == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert found["1.0.0"].digests == ("sha1:ff", "sha512:000102")
    assert {each.component for each in found.values()} == {"tea"}


def test_the_oldest_have_a_sha1_and_odd_hashes_are_none() -> None:
    found = releases(DOCUMENT)
    assert found["1.1.0"].digests == ("sha1:ab",)
    assert found["2.0.0-next.1"].digests == ()
    assert found["1.1.0"].uploaded is None


def test_what_was_unpublished_is_yanked_and_what_is_deprecated_is_not() -> None:
    found = releases(DOCUMENT)
    assert found["0.9.0"].yanked == "unpublished"
    assert found["1.1.0"].yanked is None


def test_an_unknown_package_is_named() -> None:
    with pytest.raises(UnknownPackageError, match="'@scope/tea'") as caught:
        releases(None)
    assert caught.value.cure == "spell it"


@pytest.mark.parametrize("document", [{}, [], {"versions": []}, {"versions": {}, "time": 3}])
def test_another_format_is_refused(document: Json) -> None:
    with pytest.raises(SourceError, match="does not list versions"):
        releases(document)


def test_words_lead_to_versions() -> None:
    found = releases(DOCUMENT)
    assert found["1.1.0"].tags == ("latest", "legacy")
    assert found["2.0.0-next.1"].tags == ("next",)
    assert found["1.0.0"].tags == ()


def test_what_is_deprecated_says_why_if_it_does() -> None:
    found = releases(DOCUMENT)
    told = {version: one.deprecated for version, one in found.items() if one.deprecated}
    assert told == {"1.0.0": "deprecated", "1.1.0": "use coffee"}


def test_the_archive_of_a_version_is_its_file() -> None:
    found = releases(DOCUMENT)
    assert found["1.0.0"].files == (("tea-1.0.0.tgz", "sha512:000102"),)
    assert found["1.1.0"].files == ()
