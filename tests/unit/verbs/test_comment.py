"""One comment on a pull request, ours, edited in place; which one it is, GitHub says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
import requests

from bot.core.remark import MARK, data, words
from bot.errors import BundleError, SourceError, UsageError
from bot.trackers.pulls import Pulls
from bot.verbs.comment import command
from bot.verbs.said import Said
from tests.unit.core.test_remark import MOVES
from tests.unit.effects.test_github import Line, caller, said
from tests.unit.verbs.called import called

SHA = "c" * 40
ACTIONS = "github-actions[bot]"
ASKED = ("--repository", "o/r", "--head", "me:new", "--commit", SHA)
TEXT = words(data(MOVES, None))


def comment(number: int, login: str, body: str) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


def pulls(
    folder: Path, *answers: requests.Response | OSError, login: str = ACTIONS
) -> tuple[Pulls, Line]:
    made, line, _ = caller(folder, *answers)
    return Pulls(made, login=login), line


def test_a_pull_request_is_found_by_its_branch_and_believed_by_its_last_commit(
    tmp_path: Path,
) -> None:
    there = [{"number": 7, "head": {"sha": SHA}}, {"number": 8, "head": None}]
    made, line = pulls(tmp_path, said(body=there), said(body=there), said(404))
    assert made.number("o/r", "me:new", SHA) == 7
    assert line.asked[0][2]["params"] == {"state": "open", "head": "me:new", "per_page": 100}
    assert made.number("o/r", "me:new", "d" * 40) is None, "it went on, or it is closed"
    with pytest.raises(SourceError, match="no such place"):
        made.number("o/r", "me:new", SHA)


def test_there_is_one_comment_and_it_is_ours(tmp_path: Path) -> None:
    others = [comment(1, "mallory", TEXT), comment(2, ACTIONS, "something else")]
    made, line = pulls(tmp_path, said(body=others), said(201, {"id": 3}))
    assert made.tell("o/r", 7, MARK, TEXT) == "said"
    assert line.asked[-1][:2] == ("POST", "https://api.github.com/repos/o/r/issues/7/comments")
    ours = [*others, comment(3, ACTIONS, f"{MARK}\nold")]
    made, line = pulls(tmp_path, said(body=ours), said(200, {"id": 3}))
    assert made.tell("o/r", 7, MARK, TEXT) == "edited"
    assert line.asked[-1][:2] == ("PATCH", "https://api.github.com/repos/o/r/issues/comments/3")
    made, line = pulls(tmp_path, said(body=[*others, comment(3, ACTIONS, TEXT.rstrip())]))
    assert made.tell("o/r", 7, MARK, TEXT) == "said before"
    assert len(line.asked) == 1


def test_a_write_that_may_have_arrived_is_looked_for_first(tmp_path: Path) -> None:
    lost = requests.ConnectionError("cut")
    made, line = pulls(tmp_path, said(body=[]), lost, said(body=[comment(3, ACTIONS, TEXT)]))
    assert made.tell("o/r", 7, MARK, TEXT) == "said before"
    assert [asked[0] for asked in line.asked] == ["GET", "POST", "GET"]
    made, _ = pulls(tmp_path, *(said(body=[]), lost) * 3)
    with pytest.raises(SourceError):
        made.tell("o/r", 7, MARK, TEXT)


def test_a_locked_conversation_is_an_error_of_its_own(tmp_path: Path) -> None:
    made, _ = pulls(tmp_path, said(body=[]), said(403, {"message": "locked"}))
    with pytest.raises(SourceError, match="may not do that"):
        made.tell("o/r", 7, MARK, TEXT)


def test_who_may_ask_who_it_is_does(tmp_path: Path) -> None:
    made, _ = pulls(tmp_path, said(body={"login": "mia"}), said(403), login="")
    assert made.login == "mia"
    other, _ = pulls(tmp_path, said(401), login="")
    with pytest.raises(SourceError):
        _ = other.login


def run(*arguments: str) -> Said:
    return called(command, *arguments)


def test_nothing_is_sent_unless_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "comment.json"
    assert "nothing to say" in str(run(str(file), *ASKED, "--send").lines[0])
    file.write_text(json.dumps(data(MOVES, None)))
    assert run(str(file), *ASKED).lines == (TEXT.rstrip("\n"),)


def test_odd_places_and_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "comment.json"
    file.write_text('{"comment": 1}')
    with pytest.raises(BundleError):
        run(str(file), *ASKED, "--send")
    with pytest.raises(UsageError, match="no repository"):
        run(str(file), "--repository", "o/r/../x", *ASKED[2:])
    with pytest.raises(UsageError, match="no commit"):
        run(str(file), *ASKED[:4], "--commit", "main")
    with pytest.raises(click.UsageError):
        run(str(file))
