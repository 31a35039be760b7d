r"""The published vectors of PEP 440 and SemVer, and the other ways in which projects count."""

from __future__ import annotations

import pytest
from packaging.version import Version

from bot.core.schemes import READERS, read
from bot.core.versions import jump, lane, mistake, ordered, parse, parts_of

# PEP 440, "Summary of permitted suffixes and relative ordering", with epochs and local parts.
PEP440 = (
    "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456",
    "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0",
    "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1",
    "1!0.9", "1!1.0",
)  # fmt: skip
# SemVer 2.0.0, rule 11, and the two lists that its page links to.
SEMVER = (
    "0.0.4", "1.0.0-0A.is.legal", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
    "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0",
    "2.1.1",
)  # fmt: skip
VALID = (
    "0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid",
    "1.0.0-alpha", "1.0.0-beta", "1.0.0-alpha.beta", "1.0.0-alpha.beta.1", "1.0.0-alpha.1",
    "1.0.0-alpha0.valid", "1.0.0-alpha.0valid",
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay", "1.0.0-rc.1+build.1",
    "2.0.0-rc.1+build.123", "1.2.3-beta", "10.2.3-DEV-SNAPSHOT", "1.2.3-SNAPSHOT-123", "1.0.0",
    "2.0.0", "1.1.7", "2.0.0+build.1848", "2.0.1-alpha.1227", "1.0.0-alpha+beta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12+788", "1.2.3----R-S.12.9.1--.12+meta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
    "99999999999999999999999.999999999999999999.99999999999999999", "1.0.0-0A.is.legal",
)  # fmt: skip
INVALID = (
    "1", "1.2", "1.2.3-0123", "1.2.3-0123.0123", "1.1.2+.123", "+invalid", "-invalid",
    "-invalid+invalid", "-invalid.01", "alpha", "alpha.beta", "alpha.beta.1", "alpha.1",
    "alpha+beta", "alpha_beta", "alpha.", "alpha..", "beta", "1.0.0-alpha_beta", "-alpha.",
    "1.0.0-alpha..", "1.0.0-alpha..1", "1.0.0-alpha...1", "1.0.0-alpha....1", "01.1.1", "1.01.1",
    "1.1.01", "1.2.3.DEV", "1.2-SNAPSHOT", "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
    "1.2-RC-SNAPSHOT", "-1.0.3-gamma+b7718", "+justmeta", "9.8.7+meta+meta",
    "9.8.7-whatever+meta+meta",
    "99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1----..12",
    "1.2.3\n", "\uff11.2.3",
)  # fmt: skip
LINES = {
    "pep440": PEP440,
    "semver": SEMVER,
    "build": ("b1", "build-2", "b999", "b1000", "r1001"),
    "calendar": ("19.10", "2024.01", "24.04.1", "2024-11", "2026.11rc1", "2026.11", "2026.11.3"),
    "nightly": ("2025-12-31", "nightly-20260101", "main-2026-01-01.2-gabc", "nightly.20261123"),
    r"/rel_(\d+)_(\d+)(?:_(?P<early>[a-z]+\d*))?/": ("rel_1_9", "rel_1_10_rc2", "rel_1_10_rc10",
                                                     "rel_1_10", "rel_2_0"),
}  # fmt: skip


@pytest.mark.parametrize("scheme", LINES, ids=[each.strip("/")[:8] for each in LINES])
def test_each_scheme_keeps_its_order(scheme: str) -> None:
    line = LINES[scheme]
    assert ordered(reversed(line), scheme) == line
    parsed = [parse(each, scheme) for each in line]
    for at, one in enumerate(parsed):
        assert one is not None
        for other in parsed[at + 1 :]:
            assert other is not None
            assert one < other
            assert other > one
            assert one <= other
            assert other >= one
            assert one != other


def test_pep_440_is_ordered_as_packaging_orders_it() -> None:
    assert list(PEP440) == [str(each) for each in sorted(map(Version, PEP440))]


@pytest.mark.parametrize("text", VALID)
def test_what_is_semver(text: str) -> None:
    assert read(text, "semver") is not None


@pytest.mark.parametrize("text", INVALID)
def test_what_is_not(text: str) -> None:
    assert read(text, "semver") is None


@pytest.mark.parametrize(
    ("scheme", "texts"),
    [
        ("build", ("b", "1234", "b12x", "bb1")),
        ("calendar", ("2026", "2026.13", "126.1", "1.2", "2026.11.x", "2026.00")),
        ("nightly", ("nightly", "20261345", "2026-1123", "nightly-2026", "20260132")),
        ("pep440", ("what", "", "\uff11.0")),
        ("/v(\\d+)/", ("v", "v1x", "xv1")),
    ],
)
def test_what_a_scheme_cannot_read(scheme: str, texts: tuple[str, ...]) -> None:
    assert [text for text in texts if read(text, scheme)] == []


@pytest.mark.parametrize(
    ("scheme", "one", "other"),
    [
        ("pep440", "1.0", "v1.0.0"),
        ("semver", "1.0.0+a", "v1.0.0+b"),
        ("build", "b7", "build_007"),
        ("calendar", "24.04", "2024-4-0"),
        ("calendar", "2026.11rc1", "2026.11-rc.1"),
        ("nightly", "nightly-20261123", "main_2026-11-23-gabc"),
        ("/r(\\d+)/", "r7", "r07"),
    ],
)
def test_two_spellings_of_one_version(scheme: str, one: str, other: str) -> None:
    assert parse(one, scheme) == parse(other, scheme)
    assert hash(parse(one, scheme)) == hash(parse(other, scheme))


def test_a_project_that_changed_its_ways() -> None:
    line = ("b9999", "b10000", "0.1.0-rc.1", "0.1.0", "v0.2.0")
    assert ordered(sorted(line), "build then semver") == line
    assert ordered(sorted(line), "semver then build") == (*line[2:], *line[:2])
    assert parse("2026.1", "build then semver") is None
    assert jump("b10000", "v0.1.0", "build then semver") == 2


def test_the_narrowest_scheme_reads() -> None:
    line = ("1.9.0", "2025.11.1", "2026.1.0")
    assert ordered(reversed(line), "semver then calendar") == line
    own = r"/x(\d+)/ then build then pep440"
    assert ordered(["1.0", "b1", "x2"], own) == ("x2", "b1", "1.0")
    assert parts_of(own) == (r"/x(\d+)/", "build", "pep440")


@pytest.mark.parametrize(
    ("text", "scheme", "found"),
    [
        ("1.0.0-nightly.20260101", "semver", "nightly"),
        ("1.0.0-rc.1", "semver", "rc"),
        ("1.0.0", "semver", "stable"),
        ("2026.1.dev3", "calendar", "nightly"),
        ("2026.1b3", "calendar", "rc"),
        ("b7", "build", "stable"),
        ("nightly-20260101", "nightly", "nightly"),
        ("1-dev3", r"/(\d+)-(?P<early>\w+)/", "nightly"),
        ("1-rc3", r"/(\d+)-(?P<early>\w+)/", "rc"),
        ("what", "semver", ""),
    ],
)
def test_lanes(text: str, scheme: str, found: str) -> None:
    assert lane(text, scheme) == found


def test_what_is_nightly_only_is_followed_as_releases_are_and_else_comes_early() -> None:
    alone, beside = (parse("nightly-20260101", one) for one in ("nightly", "nightly then semver"))
    assert alone is not None
    assert beside is not None
    assert (alone.early, beside.early) == (False, True)


@pytest.mark.parametrize("scheme", [*READERS, "build then semver", r"/a(\d+)/ then calendar"])
def test_schemes_without_mistakes(scheme: str) -> None:
    assert mistake(scheme) == ""


@pytest.mark.parametrize(
    "scheme", ["", "semvre", "build, semver", "/(/", "//", "build then build", "build then "]
)
def test_schemes_with_one(scheme: str) -> None:
    assert mistake(scheme)


def test_an_expression_without_groups_orders_by_the_whole_text() -> None:
    assert ordered(["v10", "v9"], "/v\\d+/") == ("v10", "v9")
    found = parse("12x", "/(\\d+)(x)/")
    assert found is not None
    assert (found.numbers, found.epoch, found.local) == ((12, 0, 0), 0, None)
