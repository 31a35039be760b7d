from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.follow import follow, missing, ordered, visible
from bot.core.model import Release
from bot.core.versions import SEMVER

DAY = datetime(2026, 6, 30, tzinfo=UTC)


def release(version: str, *, days_ago: float | None = None, yanked: str | None = None) -> Release:
    uploaded = None if days_ago is None else DAY - timedelta(days=days_ago)
    return Release(component="x", version=version, uploaded=uploaded, origin="", yanked=yanked)


LINE = (
    release("2.0", days_ago=200),
    release("1.10", days_ago=300),
    release("1.9", days_ago=400),
    release("3.0rc1", days_ago=1),
    release("2.1", days_ago=182),
    release("2.2", days_ago=5, yanked="broken"),
    release("2.3", days_ago=0),
    release("not a version", days_ago=0),
)


def versions(releases: Sequence[Release]) -> list[str]:
    return [release.version for release in releases]


def test_order_is_that_of_pep_440_without_what_nobody_should_take() -> None:
    assert versions(ordered(LINE)) == ["1.9", "1.10", "2.0", "2.1", "2.3"]
    assert versions(ordered(LINE, prereleases=True))[-1] == "3.0rc1"


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (("newest",), ["2.3"]),
        (("previous",), ["2.1"]),
        (("oldest",), ["1.9"]),
        (("all",), ["1.9", "1.10", "2.0", "2.1", "2.3"]),
        (("last-2",), ["2.1", "2.3"]),
        (("last-99",), ["1.9", "1.10", "2.0", "2.1", "2.3"]),
        (("last-of-previous-major",), ["1.10"]),
        (("half-year-ago",), ["2.1"]),
        (("==2.0",), ["2.0"]),
        (("==9.9",), []),
        (("newest", "oldest", "newest", "==2.3"), ["1.9", "2.3"]),
        (("==2.2",), ["2.2"]),
        (("newest-per-minor",), ["1.9", "1.10", "2.0", "2.1", "2.3"]),
        (("newest-per-minor-2",), ["2.1", "2.3"]),
        (("since-2026-01-01",), ["2.3"]),
        (("since-2025-12-30",), ["2.1", "2.3"]),
        (("since-2027-01-01",), []),
    ],
)
def test_each_word(words: tuple[str, ...], chosen: list[str]) -> None:
    assert versions(follow(LINE, words)) == chosen


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (("all",), ["1.9.0", "1.10.0", "2.0.0"]),
        (("newest", "==2.0.0-1"), ["2.0.0-1", "2.0.0"]),
        (("last-of-previous-major",), ["1.10.0"]),
    ],
)
def test_versions_of_semver_have_its_order(words: tuple[str, ...], chosen: list[str]) -> None:
    line = [release(one) for one in ("2.0.0", "1.10.0", "2.0.0-1", "1.9.0", "1.9")]
    assert versions(follow(line, words, scheme=SEMVER)) == chosen


def test_an_exact_yanked_or_early_release_stands_in_its_place() -> None:
    assert versions(follow(LINE, ("oldest", "==2.2", "newest"))) == ["1.9", "2.2", "2.3"]
    assert versions(follow(LINE, ("oldest", "==3.0rc1"))) == ["1.9", "3.0rc1"]


@pytest.mark.parametrize(
    "word", ["newest", "previous", "oldest", "all", "last-3", "last-of-previous-major",
             "half-year-ago", "==1", "newest-per-minor", "newest-per-minor-3", "since-2026-01-01"],
)  # fmt: skip
def test_of_nothing_every_word_chooses_nothing(word: str) -> None:
    assert follow((), (word,)) == ()


def test_of_one_release_there_is_no_previous() -> None:
    one = (release("1.0"),)
    words = ("previous", "last-of-previous-major", "half-year-ago")
    assert follow(one, words) == ()
    assert versions(follow(one, ("newest", *words))) == ["1.0"]


def test_of_each_minor_version_the_newest_is_taken() -> None:
    line = [release(one) for one in ("1.0.1", "1.0", "1.1.0", "1.1.2", "2.0")]
    assert versions(follow(line, ("newest-per-minor",))) == ["1.0.1", "1.1.2", "2.0"]
    assert versions(follow(line, ("newest-per-minor-1",))) == ["2.0"]


def test_what_its_source_calls_early_is_so() -> None:
    line = [release("1.0"), replace(release("1.1"), early=True)]
    assert versions(follow(line, ("newest",))) == ["1.0"]
    assert versions(follow(line, ("newest",), prereleases=True)) == ["1.1"]


def test_half_a_year_counts_from_the_newest_release() -> None:
    line = (release("1", days_ago=1000), release("2", days_ago=900), release("3", days_ago=700))
    assert versions(follow(line, ("half-year-ago",))) == ["2"]


def test_what_no_release_has_is_missing() -> None:
    assert missing(LINE, ("newest", "==2.0", "==9.9", "==2.2")) == ("9.9",)


def test_a_cutoff_hides_what_came_later_or_at_no_known_time() -> None:
    line = (*LINE, release("0.1"))
    assert visible(line, None) == line
    seen = versions(visible(line, DAY - timedelta(days=182)))
    assert seen == ["2.0", "1.10", "1.9", "2.1"]
