"""What GitHub does besides: things that move, are locked, deleted, edited by others, no issues."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.model import Json
from bot.errors import SourceError
from bot.trackers.github import GitHub
from tests.real.github_recorder import Call, Reply
from tests.real.github_world import World
from tests.real.test_github import (  # noqa: F401 - two are fixtures
    FIRST,
    SECOND,
    caller_as,
    draft,
    github,
    there,
    week,
    whole,
)
from tests.real.test_github_talk import filed, folder, sync  # noqa: F401 - two are fixtures

pytestmark = [pytest.mark.real, pytest.mark.network]
API = "https://api.github.com"
STOP = "stackmatrix-stop"


def moved(old: str, new: str, status: int) -> object:
    """Return a fault that sends what asks for the old place to the new one, as GitHub does."""

    def fault(call: Call) -> str | Reply:
        head = f"/repos/{old}"
        if not call.path.startswith(head):
            return ""
        where = ("Location", f"{API}/repos/{new}{call.path.removeprefix(head)}")
        return Reply(status=status if call.method != "GET" else 301, headers=(where,))

    return fault


@pytest.mark.parametrize("status", [301, 307])
def test_a_repository_that_moved_is_followed(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
    status: int,
) -> None:
    """Renamed, or given to somebody else: one issue, at the new place, and it can be closed."""
    there.write(".github/stackmatrix.yml", "issues: welcome\n")
    there.recorder.fault = moved("owner/old", there.place, status)  # type: ignore[assignment]
    forge = github(tmp_path)
    standing = forge.standing("owner/old", since=week())
    assert standing.name == there.place
    assert standing.consent is not None
    issue = forge.create(standing.name, draft(there))
    old = issue.address.replace(there.place, "owner/old")
    assert forge.read(old) == issue
    forge.say(old, "hello")
    assert not forge.close(old, comment="the end").open
    told = there.ask("GET", f"/repos/{there.place}/issues/1/comments")
    assert [one["body"] for one in told] == ["hello", "the end"]


@pytest.mark.parametrize(
    ("status", "message", "says"),
    [
        (410, "Issues has been disabled in this repository.", "disabled"),
        (403, "Repository was archived so is read-only.", "may not do that"),
        (403, "Resource not accessible by personal access token", "may not do that"),
        (404, "Not Found", "no such place"),
    ],
)
def test_a_door_that_closes_while_we_write_is_told(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
    status: int,
    message: str,
    says: str,
) -> None:
    content = json.dumps({"message": message}).encode()
    there.recorder.fault = lambda call: (
        Reply(status=status, content=content) if call.method == "POST" else ""
    )
    with pytest.raises(SourceError, match=says):
        github(tmp_path).create(there.place, draft(there))
    assert [call.status for call in there.recorder.to_github if call.method == "POST"] == [status]


def test_a_locked_thread_is_closed_without_a_word(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    forge = github(tmp_path)
    address = forge.create(there.place, draft(there)).address
    there.ask("PUT", f"/repos/{there.place}/issues/1/lock", {"lock_reason": "resolved"})
    assert forge.read(address).locked
    assert not forge.close(address, comment="the end").open
    assert there.ask("GET", f"/repos/{there.place}/issues/1/comments") == []


def test_a_stop_whose_label_was_deleted_stops_no_more(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    there.ask("POST", f"/repos/{there.place}/labels", {"name": STOP, "color": "ff0000"})
    body = {"title": "no bots", "body": "please", "labels": [STOP]}
    there.ask("POST", f"/repos/{there.place}/issues", body)
    assert github(tmp_path).stopped(there.place)
    there.ask("DELETE", f"/repos/{there.place}/issues/1/labels/{STOP}")
    there.ask("DELETE", f"/repos/{there.place}/labels/{STOP}")
    assert not github(tmp_path).stopped(there.place)


def test_without_push_access_an_issue_is_filed_and_nothing_else_asked_for(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    forge = github(tmp_path)
    assert not forge.may_write(there.place, "bot")
    assert forge.create(there.place, draft(there)).ours
    (issue,) = there.issues()
    assert (issue["labels"], issue["assignees"], issue["milestone"]) == ([], [], None)


def test_a_pull_request_with_the_fingerprint_is_no_issue(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """GitHub lists pull requests among issues, and finds them in a search."""
    forge = github(tmp_path)
    forge.create(there.place, draft(there, SECOND))
    (issue,) = there.issues()
    pull: Json = {**issue, "number": 9, "body": draft(there).body, "pull_request": {"url": "x"}}
    found: Json = {"total_count": 1, "incomplete_results": False, "items": [pull]}

    def fault(call: Call) -> str | bytes:
        if call.path.startswith("/search/"):
            return json.dumps(found).encode()
        listed = call.method == "GET" and "/issues?" in call.path
        return json.dumps([issue, pull]).encode() if listed else ""

    there.recorder.fault = fault
    again = github(tmp_path / "again")
    assert again.find(there.place, FIRST) is None
    assert again.find(there.place, SECOND) is not None
    assert again.alike(there.place, "differs") == ()


def test_what_others_edited_is_left_as_they_want_it(
    there: World,  # noqa: F811 - the fixture
    filed: Path,  # noqa: F811 - the fixture
) -> None:
    (issue,) = there.issues()
    path = f"/repos/{there.place}/issues/{issue['number']}"
    there.ask("PATCH", path, {"body": f"Seen on ARM, too.\n\n{issue['body']}"})
    draft_file = next((filed / ".stackmatrix" / "outbox").glob("*/issue.md"))
    draft_file.write_text(draft_file.read_text().replace("run it", "run it so"))
    sync(there, filed)
    (after,) = there.issues()
    assert after["body"].startswith("Seen on ARM, too.")
    there.ask("PATCH", path, {"body": issue["body"]})
    sync(there, filed)
    (after,) = there.issues()
    assert "run it so" in after["body"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_secondary_limit_is_waited_for_as_long_as_github_says(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
    method: str,
) -> None:
    content = json.dumps({"message": "You have exceeded a secondary rate limit."}).encode()
    limit = Reply(status=403, headers=(("Retry-After", "7"),), content=content)
    once = iter([limit])
    there.recorder.fault = lambda call: next(once, "") if call.method == method else ""
    waited: list[float] = []
    caller = caller_as(tmp_path, wait=waited.append)
    forge = GitHub(agent="", cache=tmp_path, caller=caller)
    assert forge.create(there.place, draft(there)).ours
    assert 7.0 in waited
    assert len(there.issues()) == 1
