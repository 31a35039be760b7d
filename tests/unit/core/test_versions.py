from __future__ import annotations

import pytest

from bot.core.versions import between, built_between, is_prerelease, jump, ordered, parse, road


def test_order_is_that_of_pep_440() -> None:
    found = ["1.10", "junk", "1.9", "1.10rc1", "1.9.post1", "1.9.0", "2!0.1"]
    assert ordered(found) == ("junk", "1.9", "1.9.post1", "1.10rc1", "1.10", "2!0.1")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("1.0", "2.0", ("1.1", "1.2")),
        ("2.0", "1.0", ("1.2", "1.1")),
        ("1.1rc1", "2.0", ("1.1", "1.2", "2.0a1")),
        ("1.1", "2.0a1", ("1.2",)),
        ("1.0", "1.0", ()),
        ("junk", "2.0", ()),
        ("1.0", "junk", ()),
    ],
)
def test_between(low: str, high: str, expected: tuple[str, ...]) -> None:
    found = ["2.0", "1.2", "1.1", "1.0", "1.1rc1", "2.0a1", "junk", "1.1.0"]
    assert between(found, low, high) == expected
    assert road(found, low, high) == (low, *expected, high)


@pytest.mark.parametrize(
    ("text", "early"), [("1.0a1", True), ("1.0.dev3", True), ("1.0.post1", False), ("?", False)]
)
def test_is_prerelease(text: str, *, early: bool) -> None:
    assert is_prerelease(text) is early


@pytest.mark.parametrize(
    ("old", "new", "size"),
    [
        ("1.9", "2.0", 3),
        ("1.9", "1!1.9", 3),
        ("1.9", "1.10", 2),
        ("1.9", "1.9.1", 1),
        ("?", "1", 0),
    ],
)
def test_jump(old: str, new: str, size: int) -> None:
    assert jump(old, new) == size


def test_what_is_no_version_parses_to_nothing() -> None:
    assert parse("not a version") is None


SEMVER = "semver"


def test_semver_sorts_early_releases_before_the_final_one() -> None:
    given = ("1.10.0", "1.9.0", "2.0.0", "2.0.0-rc.1", "2.0.0-beta.12", "2.0.0-beta.2", "2.0.0-1")
    told = ordered(given, scheme=SEMVER)
    early = ("2.0.0-1", "2.0.0-beta.2", "2.0.0-beta.12", "2.0.0-rc.1")
    assert told == ("1.9.0", "1.10.0", *early, "2.0.0")
    assert all(is_prerelease(text, scheme=SEMVER) for text in early)
    assert not is_prerelease("2.0.0+build.7", scheme=SEMVER)


def test_semver_reads_words_of_its_own_and_nothing_else() -> None:
    assert is_prerelease("4.0.0-next.3", scheme=SEMVER)
    assert is_prerelease("4.0.0-nightly", scheme=SEMVER)
    assert parse("v1.2.3", scheme=SEMVER) == parse("1.2.3", scheme=SEMVER)
    assert parse("1.2", scheme=SEMVER) is None
    assert parse("what", scheme=SEMVER) is None


def test_no_road_of_semver_leads_over_early_releases() -> None:
    given = ["1.0.0", "1.1.0-next.1", "1.1.0-1", "1.1.0", "1.2.0"]
    assert road(given, "1.0.0", "1.2.0", scheme=SEMVER) == ("1.0.0", "1.1.0", "1.2.0")


def test_between_ends_that_are_no_versions_there_are_no_builds() -> None:
    assert built_between(["1.1.dev1"], "what", "2.0") == ()
    assert built_between(["1.1.dev1"], "1.0", "2.0") == ("1.1.dev1",)
    assert built_between(["1.1.dev1"], "2.0", "1.0") == ("1.1.dev1",)
