from __future__ import annotations

import pytest

from bot.core.entries import (
    address_of,
    committer,
    day,
    login_of,
    number,
    parts,
    place_of,
    text,
    within,
)
from bot.core.model import Json
from bot.errors import UsageError

ISSUE: dict[str, Json] = {
    "repository_url": "https://api.github.com/repos/O/r",
    "number": 7,
    "user": {"login": "ada"},
    "body": None,
}


def test_an_issue_says_where_it_is_and_who_wrote_it() -> None:
    assert address_of(ISSUE) == "https://github.com/O/r/issues/7"
    assert (place_of(ISSUE), number(ISSUE), login_of(ISSUE)) == ("O/r", 7, "ada")
    assert within(ISSUE, "o/R")
    assert not within(ISSUE, "o/other")


@pytest.mark.parametrize("odd", [{}, {"number": "7", "user": None, "repository_url": 1}])
def test_what_is_missing_or_odd_is_nothing(odd: dict[str, Json]) -> None:
    assert (number(odd), login_of(odd), place_of(odd), text(ISSUE, "body")) == (0, "", "", "")


def test_a_commit_says_who_and_when() -> None:
    author: Json = {"name": "Ada", "date": "2026-11-23T10:00:00Z"}
    by: dict[str, Json] = {"commit": {"author": author}}
    assert (committer(by), day(by)) == ("Ada", "2026-11-23")
    assert committer({**by, "author": {"login": "ada"}}) == "ada"
    assert (committer({}), day({})) == ("somebody", "an unknown day")
    assert (committer({"commit": {}}), day({"commit": {}})) == ("somebody", "an unknown day")


def test_the_parts_of_an_address() -> None:
    assert parts("https://github.com/o/r/issues/12#issuecomment-3") == ("o/r", 12)
    with pytest.raises(UsageError, match="is no issue on GitHub"):
        parts("https://evil.example/github.com/o/r/issues/12")
