"""Our client against what api.github.com once said, behind GitHub's description of today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.entries import number
from bot.core.model import Json
from bot.effects.github import Caller, refused
from bot.trackers.github import GitHub
from tests.real.github_recorder import Recorder, recording
from tests.real.github_replay import Tape, playing, recorded
from tests.real.github_world import described, packages

pytestmark = [pytest.mark.real, pytest.mark.network]
ORG = "octokit-fixture-org"


@dataclass(frozen=True, kw_only=True)
class Played:
    home: Path
    tape: Tape
    recorder: Recorder
    caller: Caller

    def put(self, scenario: str) -> None:
        """Put the recording of one scenario on."""
        self.tape.exchanges[:] = recorded(self.home, scenario)
        self.tape.asked.clear()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tape, Recorder]]:
    folder, tape = tmp_path_factory.mktemp("recorded"), Tape()
    with (
        playing(tape) as player,
        described(player, folder, everything=True) as proxy,
        recording(proxy, folder) as recorder,
    ):
        yield tape, recorder


@pytest.fixture
def here(
    line: tuple[Tape, Recorder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Played]:
    tape, recorder = line
    recorder.calls.clear()
    recorder.fault = tape.redirect
    for variable, value in recorder.env.items():
        monkeypatch.setenv(variable, value)
    caller = Caller(
        "stackmatrix/test", tmp_path / "kept", token=f"{ORG}-token", wait=lambda _: None
    )
    yield Played(home=packages(), tape=tape, recorder=recorder, caller=caller)
    described = [call for call in recorder.calls if call.status != 304]  # said in prose only
    assert [call.violations for call in described if call.violations] == []
    assert all(call.status != 599 for call in recorder.calls)


def test_every_page_is_read_where_github_says_the_next_one_is(here: Played) -> None:
    here.put("paginate-issues")
    path = f"/repos/{ORG}/paginate-issues/issues"
    first = list(here.caller.pages(path, {}))
    assert [number(one) for one in first] == list(range(13, 0, -1))
    assert "/repositories/1000/issues" in here.recorder.calls[-1].path
    assert {call.status for call in here.recorder.calls} == {200}
    here.recorder.calls.clear()
    assert list(here.caller.pages(path, {})) == first
    assert [call.status for call in here.recorder.calls] == [304] * 5


def test_a_search(here: Played, tmp_path: Path) -> None:
    here.put("search-issues")
    forge = GitHub(agent="", cache=tmp_path, caller=here.caller)
    forge.__dict__["login"] = "octokit-fixture-user-a"
    found = forge.alike(f"{ORG}/search-issues", "sesame")
    assert found
    assert all(one.address.startswith(f"https://github.com/{ORG}/search-issues") for one in found)


def test_a_renamed_repository_answers_reads_and_writes(here: Played) -> None:
    here.put("rename-repository")
    path = f"/repos/{ORG}/rename-repository"
    assert here.caller.get(path)["full_name"] == f"{ORG}/rename-repository-newname"
    here.tape.exchanges.pop(0)  # by which it was renamed, then
    body: Json = {"name": "rename-repository-newname", "description": "test description"}
    assert here.caller.write("PATCH", path, body)["description"] == "test description"
    assert [call.status for call in here.recorder.calls] == [301, 200, 307, 200]
    method, _, sent = here.tape.asked[-1]  # where it was sent on to, with all that it said
    assert (method, json.loads(sent)) == ("PATCH", body)


def test_a_repository(here: Played) -> None:
    here.put("get-repository")
    told = here.caller.get(f"/repos/{ORG}/hello-world")
    assert (told["has_issues"], told["archived"], told["disabled"]) == (True, False, False)


def test_an_issue_is_made_and_labelled(here: Played, tmp_path: Path) -> None:
    here.put("add-labels-to-issue")
    path = f"/repos/{ORG}/add-labels-to-issue/issues"
    told = here.caller.write("POST", path, {"title": "Issue without a label"})
    assert told.status == 201
    assert isinstance(told.body, dict)
    forge = GitHub(agent="", cache=tmp_path, caller=here.caller)
    forge.__dict__["login"] = "octokit-fixture-user-a"
    issue = forge._issue(told.body)
    assert issue.address == f"https://github.com/{ORG}/add-labels-to-issue/issues/1"
    assert (issue.open, issue.ours, issue.title) == (True, True, "Issue without a label")
    labels: Json = {"labels": ["Foo", "bAr", "baZ"]}
    assert len(here.caller.write("POST", f"{path}/1/labels", labels).items) == 3


def test_labels_come_change_and_go(here: Played) -> None:
    here.put("labels")
    path = f"/repos/{ORG}/labels/labels"
    assert len(list(here.caller.pages(path, {}))) == 9
    body: Json = {"name": "test-label", "color": "663399"}
    assert here.caller.write("POST", path, body).status == 201
    assert here.caller.get(f"{path}/test-label")["name"] == "test-label"
    change: Json = {"new_name": "test-label-updated", "color": "BADA55"}
    assert here.caller.write("PATCH", f"{path}/test-label", change).status == 200
    assert here.caller.write("DELETE", f"{path}/test-label-updated", None).status == 204


def test_a_thread_is_locked(here: Played) -> None:
    here.put("lock-issue")
    for method in ("PUT", "DELETE"):
        told = here.caller.write(method, f"/repos/{ORG}/lock-issue/issues/1/lock", None)
        assert told.status == 204


def test_an_error_says_what_to_do(here: Played) -> None:
    here.put("errors")
    path = f"/repos/{ORG}/errors/labels"
    told = here.caller.write("POST", path, {"name": "foo", "color": "invalid"})
    assert told.status == 422
    assert "does not take it" in refused(told, path).message
