"""What is said between people and the bot on a GitHub that nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.dashboard import PAGE
from bot.core.draft import named
from bot.core.facts import Retested, Stopped
from bot.core.life import Life, State
from bot.core.lives import lives
from bot.effects.clock import now
from bot.ledger.files import FileLedger
from tests.real.github_recorder import Call
from tests.real.github_world import World
from tests.real.test_github import (  # noqa: F401 - two are fixtures
    FIRST,
    WELCOME,
    draft,
    github,
    ready,
    stackmatrix,
    there,
    whole,
)

pytestmark = [pytest.mark.real, pytest.mark.network]


@pytest.fixture
def folder(there: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """A matrix whose one finding was drafted for a project, with a dashboard in the same place."""
    monkeypatch.setattr("tests.unit.steps.test_filing.AT", now())
    ready(there, tmp_path)
    file = tmp_path / "matrix.yaml"
    file.write_text(file.read_text().replace("policy:\n", f"policy:\n  own: {there.place}\n"))
    there.recorder.fault = no_history
    return tmp_path


def no_history(call: Call) -> str | int | bytes:
    """GraphQL is not in GitHub's description of its REST API."""
    return 404 if call.path == "/graphql" else ""


def history(*edits: tuple[str, str]) -> Callable[[Call], str | int | bytes]:
    """Return a fault that tells these edits of a page, each by whom and the whole text."""
    nodes = [
        {"editedAt": f"2026-11-23T12:00:{at:02}Z", "diff": body, "editor": {"login": who}}
        for at, (who, body) in enumerate(edits)
    ]
    told = {"data": {"repository": {"issue": {"userContentEdits": {"nodes": nodes}}}}}

    def fault(call: Call) -> str | int | bytes:
        return json.dumps(told).encode() if call.path == "/graphql" else ""

    return fault


def life(folder: Path) -> Life:
    return lives(FileLedger.read(folder / ".stackmatrix").facts())[FIRST]


def dashboard(there: World, folder: Path) -> str:  # noqa: F811
    return stackmatrix(folder, there.recorder, "issues", "dashboard", "--send")


def tick(there: World, who: str) -> tuple[str, str]:  # noqa: F811
    """Tick `approve` as somebody, and return the page before and after."""
    (page,) = there.issues()
    after = page["body"].replace("[ ] approve", "[x] approve")
    there.ask("PATCH", f"/repos/{there.place}/issues/{page['number']}", {"body": after}, who)
    return page["body"], after


def test_the_dashboard_is_one_issue_and_a_known_tick_is_obeyed(
    there: World,  # noqa: F811
    folder: Path,
) -> None:
    assert "was made" in dashboard(there, folder)
    assert "is as it should be" in dashboard(there, folder)
    (page,) = there.issues()
    assert named(page["body"]) == PAGE
    tick(there, "owner")
    assert "nobody can tell who ticked it" in dashboard(there, folder)
    assert life(folder).state is State.DRAFTED
    before, after = tick(there, "owner")
    there.recorder.fault = history(("bot", before), ("owner", after))
    assert f"owner, approve {FIRST}: it is approved" in dashboard(there, folder)
    assert (life(folder).state, life(folder).history[-1].who) == (State.APPROVED, "owner")
    (page,) = there.issues()
    assert "[x]" not in page["body"]
    assert "it is approved" in page["body"]


def test_a_strangers_tick_is_not_obeyed(there: World, folder: Path) -> None:  # noqa: F811
    dashboard(there, folder)
    before, after = tick(there, "owner")
    there.recorder.fault = history(("bot", before), ("stranger", after))
    assert "may not write here" in dashboard(there, folder)
    assert life(folder).state is State.DRAFTED


@pytest.fixture
def filed(there: World, folder: Path) -> Path:  # noqa: F811
    """The finding, approved and filed where it is welcome."""
    there.write(WELCOME, "issues: welcome\n")
    stackmatrix(folder, there.recorder, "issues", "approve", FIRST, "--reason", "good")
    assert "is filed" in stackmatrix(folder, there.recorder, "issues", "file", "--send")
    return folder


def comment(there: World, text: str, who: str = "owner") -> None:  # noqa: F811
    there.ask("POST", f"/repos/{there.place}/issues/1/comments", {"body": text}, who)


def comments(there: World) -> list[str]:  # noqa: F811
    told = there.ask("GET", f"/repos/{there.place}/issues/1/comments")
    return [one["body"] for one in told if one["user"]["login"] == "bot"]


def sync(there: World, folder: Path) -> str:  # noqa: F811
    return stackmatrix(folder, there.recorder, "issues", "sync", "--send")


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ("fix 2.0", State.FIXED_IN, None),
        ("invalid our fault", State.INVALID, "not_planned"),
        ("test 2.0", State.FILED, None),
    ],
)
def test_an_order_of_a_maintainer_is_obeyed_and_answered_once(
    there: World,  # noqa: F811
    filed: Path,
    text: str,
    state: State,
    reason: str | None,
) -> None:
    comment(there, text, "stranger")
    assert "nothing new" in sync(there, filed)
    comment(there, text)
    for _ in range(2):
        sync(there, filed)
    assert life(filed).state is state
    assert len(comments(there)) == 1
    (issue,) = there.issues()
    assert issue.get("state_reason") == reason


def test_a_stop_is_obeyed_for_ever(there: World, filed: Path) -> None:  # noqa: F811
    comment(there, "stop")
    sync(there, filed)
    assert len(comments(there)) == 1
    comment(there, "expected")
    sync(there, filed)
    assert life(filed).state is State.EXPECTED
    assert len(comments(there)) == 1
    words = FileLedger.read(filed / ".stackmatrix").facts()
    assert len([fact for fact in words if isinstance(fact.body, Stopped)]) == 1


def test_a_mend_is_closed_and_what_comes_back_is_opened_again(
    there: World,  # noqa: F811
    filed: Path,
) -> None:
    for version, reds, state in (("2.0", 0, "closed"), ("2.1", 1, "open"), ("2.2", 0, "closed")):
        greens = (("cpu", 0 if reds else 9),)
        told = Retested(finding=FIRST, version=version, greens=greens, reds=reds, needed=3)
        with FileLedger.open(filed / ".stackmatrix") as ledger:
            ledger.go_on()
            ledger.tell(told, job=f"retest {version}")
        for _ in range(2):
            sync(there, filed)
        (issue,) = there.issues()
        assert issue["state"] == state
    assert issue["state_reason"] == "completed"
    assert life(filed).state is State.CLOSED
    assert len(comments(there)) == 3


def test_what_a_person_told_already_is_linked(there: World, folder: Path) -> None:  # noqa: F811
    there.write(WELCOME, "issues: welcome\n")
    body = {"title": "e 1.0: the text is wrong since the update", "body": "it broke"}
    there.ask("POST", f"/repos/{there.place}/issues", body, "stranger")
    stackmatrix(folder, there.recorder, "issues", "approve", FIRST, "--reason", "good")
    stackmatrix(folder, there.recorder, "issues", "file", "--send")
    assert life(folder).state is State.DUPLICATE
    assert life(folder).issue == f"https://github.com/{there.place}/issues/1"
    assert len(there.issues()) == 1


def test_an_issue_is_edited_in_place(there: World, tmp_path: Path) -> None:  # noqa: F811
    forge = github(tmp_path)
    address = forge.create(there.place, draft(there)).address
    text = draft(there).body.replace("run it", "run it so")
    assert forge.edit(address, text).body == text
