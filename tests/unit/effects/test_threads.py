"""What is asked and said on one issue, on answers that are made up: nothing is asked here."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from bot.core.ticks import Edit
from bot.effects.github import API
from bot.effects.threads import Threads
from bot.errors import SourceError, UsageError
from tests.unit.effects.test_github import Line, caller, said

ADDRESS = "https://github.com/o/r/issues/1"
HERE = "https://api.github.com/repos/o/r"
RAW = {
    "number": 1,
    "repository_url": HERE,
    "state": "open",
    "title": "t",
    "body": "b",
    "user": {"login": "bot"},
}
COMMENT = {"id": 5, "user": {"login": "mia"}, "body": "stop", "author_association": "OWNER"}


def threads(folder: Path, *answers: requests.Response | OSError) -> tuple[Threads, Line]:
    made, line, _ = caller(folder, *answers)
    made.authenticated = True
    return Threads(made), line


def me() -> requests.Response:
    return said(body={"login": "bot"})


def methods(line: Line) -> list[str]:
    return [f"{method} {url.removeprefix(API)}" for method, url, _ in line.asked]


def test_the_edits_of_an_issue_are_told_oldest_first(tmp_path: Path) -> None:
    nodes = [
        {"editedAt": "2026-11-23T12:00:00Z", "diff": "two", "editor": {"login": "ada"}},
        {"editedAt": "2026-11-22T12:00:00Z", "diff": "one", "editor": None},
        None,
    ]
    body = {"data": {"repository": {"issue": {"userContentEdits": {"nodes": nodes}}}}}
    made, line = threads(tmp_path, said(body=body))
    assert made.edits(ADDRESS) == (
        Edit(who="", at="2026-11-22T12:00:00Z", body="one"),
        Edit(who="ada", at="2026-11-23T12:00:00Z", body="two"),
    )
    assert methods(line) == ["POST /graphql"]
    assert line.asked[0][2]["json"]["variables"] == {"owner": "o", "name": "r", "number": 1}


@pytest.mark.parametrize(
    "answer",
    [
        said(404),
        said(body={"errors": [{"message": "no"}], "data": {"repository": None}}),
        said(body={"data": {"repository": {"issue": {"userContentEdits": None}}}}),
        said(body={"data": None}),
        said(body=[]),
        said(401, body={"message": "Bad credentials"}),
    ],
)
def test_where_the_edits_cannot_be_known_there_are_none(
    tmp_path: Path, answer: requests.Response
) -> None:
    made, _ = threads(tmp_path, answer)
    assert made.edits(ADDRESS) == ()


def test_a_history_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    made, line = threads(tmp_path, OSError("cut"), said(502), said(503))
    with pytest.raises(SourceError, match="does not answer: HTTP 503"):
        made.edits(ADDRESS)
    assert len(line.asked) == 3


@pytest.mark.parametrize(
    ("answer", "may"),
    [
        (said(body={"permission": "admin"}), True),
        (said(body={"permission": "write"}), True),
        (said(body={"permission": "read"}), False),
        (said(body={"permission": "none"}), False),
        (said(404), False),
        (said(403), False),
        (said(body=[]), False),
    ],
)
def test_who_may_write_is_asked_of_the_place(
    tmp_path: Path, answer: requests.Response, may: bool
) -> None:
    made, line = threads(tmp_path, answer)
    assert made.may_write("o/r", "ada-1") is may
    assert methods(line) == ["GET /repos/o/r/collaborators/ada-1/permission"]


@pytest.mark.parametrize("who", ["", "a/b", "../x", "a b", "a?x=1"])
def test_what_is_no_name_is_not_asked_about(tmp_path: Path, who: str) -> None:
    made, line = threads(tmp_path)
    assert made.may_write("o/r", who) is False
    assert line.asked == []


def test_comments_say_whose_they_are(tmp_path: Path) -> None:
    mine = {"id": 6, "user": {"login": "bot"}, "body": "x", "author_association": "NONE"}
    made, _ = threads(tmp_path, said(body=[COMMENT, mine]), me())
    theirs, ours = made.comments(ADDRESS)
    assert (theirs.who, theirs.maintainer, theirs.ours) == ("mia", True, False)
    assert theirs.address == f"{ADDRESS}#issuecomment-5"
    assert (ours.maintainer, ours.ours) == (False, True)


def test_nothing_is_said_twice_even_where_the_answer_was_lost(tmp_path: Path) -> None:
    mine = {"id": 6, "user": {"login": "bot"}, "body": "hello"}
    seen = said(body=[mine])
    made, line = threads(tmp_path, said(body=[]), OSError("cut"), seen, me(), said(body=[mine]))
    made.say(ADDRESS, "hello")
    assert [told.split()[0] for told in methods(line)].count("POST") == 1
    again, line = threads(tmp_path / "again", said(body=[mine]), me(), said(body=[mine]))
    again.say(ADDRESS, "hello")
    assert "POST" not in " ".join(methods(line))


def test_what_the_line_delivered_twice_is_taken_away_once(tmp_path: Path) -> None:
    mine: list[dict[str, object]] = [
        {"id": at, "user": {"login": who}, "body": "hello"}
        for at, who in ((6, "bot"), (7, "x"), (8, "bot"))
    ]
    answers = (said(body=[]), said(201, {}), said(body=mine), me(), said(204))
    made, line = threads(tmp_path, *answers)
    made.say(ADDRESS, "hello")
    deleted = [told for told in methods(line) if told.startswith("DELETE")]
    assert [told.rpartition("/")[2] for told in deleted] == ["8"]


def test_only_our_own_issues_are_changed(tmp_path: Path) -> None:
    for at, act in enumerate(("close", "reopen", "edit")):
        made, line = threads(tmp_path / str(at), said(body={**RAW, "user": {"login": "x"}}), me())
        given = {"close": {"comment": "c"}, "reopen": {}, "edit": {"body": "c"}}[act]
        with pytest.raises(UsageError, match="is not ours: x wrote it"):
            getattr(made, act)(ADDRESS, **given)
        assert all(told.startswith("GET") for told in methods(line))


@pytest.mark.parametrize(("done", "reason"), [(True, "completed"), (False, "not_planned")])
def test_an_issue_is_closed_with_its_reason(tmp_path: Path, done: bool, reason: str) -> None:
    closed = {**RAW, "state": "closed", "state_reason": reason}
    said_so = (said(body=[]), said(201, {}), said(body=[]))
    made, line = threads(tmp_path, said(body=RAW), me(), *said_so, said(body=closed))
    assert made.close(ADDRESS, comment="why", done=done).reason == reason
    assert line.asked[-1][2]["json"] == {"state": "closed", "state_reason": reason}


def test_what_is_as_it_should_be_is_not_written(tmp_path: Path) -> None:
    made, line = threads(tmp_path, said(body=RAW), me(), said(body=RAW), said(body=RAW))
    made.edit(ADDRESS, "b")
    made.reopen(ADDRESS)
    assert all(told.startswith("GET") for told in methods(line))


def test_a_search_asks_one_place_and_believes_no_other(tmp_path: Path) -> None:
    other = {**RAW, "repository_url": "https://api.github.com/repos/o/other"}
    pull = {**RAW, "pull_request": {"url": "x"}}
    made, line = threads(tmp_path, said(body={"items": [RAW, other, pull]}), me())
    assert [one.address for one in made.alike("o/r", '"boom"')] == [ADDRESS]
    assert line.asked[0][2]["params"]["q"] == '"boom" repo:o/r is:issue'


@pytest.mark.parametrize(
    "answer", [said(422), said(body={"items": [], "incomplete_results": True})]
)
def test_a_search_that_fails_says_so(tmp_path: Path, answer: requests.Response) -> None:
    made, _ = threads(tmp_path, answer)
    with pytest.raises(SourceError, match="could not be searched"):
        made.alike("o/r", '"boom"')
