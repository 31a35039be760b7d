"""Issues on a GitHub that nobody here wrote: filed once, only where welcome, by its own rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from bot.core.life import State, Step
from bot.core.lives import lives
from bot.core.model import Json
from bot.effects.clock import now, sleep
from bot.effects.github import Caller
from bot.errors import SourceError, UsageError
from bot.forge import Draft
from bot.ledger.files import FileLedger
from bot.steps.syncing import happened
from bot.trackers.github import GitHub
from bot.trackers.outbox import Outbox
from tests.real import github_completer
from tests.real.github_recorder import Call, Recorder
from tests.real.github_world import ROOMS, World, environment, world
from tests.unit.core.test_life import lived
from tests.unit.core.test_policy import READY
from tests.unit.steps.test_filing import fill

pytestmark = [pytest.mark.real, pytest.mark.network]
FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"
WELCOME = ".github/stackmatrix.yml"
MATRIX = """\
version: 1
components: {jinja2: {role: template, upstream: https://github.com/PLACE, driver: jinja2}}
stacks: {row: {components: [jinja2]}}
policy:
  delay_hours: 0
  targets: {PLACE: file}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("github")) as made:
        yield made


PLACES = (f"owner/engine-{at}" for at in range(ROOMS))


@pytest.fixture
def there(whole: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A repository that nobody has used yet; every exchange is held against the rules."""
    monkeypatch.delenv("STACKMATRIX_STOP", raising=False)
    for name, value in whole.recorder.env.items():
        monkeypatch.setenv(name, value)
    whole.recorder.calls.clear()
    whole.recorder.fault = lambda _: ""
    yield replace(whole, place=next(PLACES))
    assert whole.recorder.violations == []


def caller_as(
    folder: Path, who: str = "bot", wait: Callable[[float], None] = lambda _: None
) -> Caller:
    return Caller("stackmatrix/test", folder / "cache", token=f"{who}-token", wait=wait)


def github(folder: Path, who: str = "bot") -> GitHub:
    """Return GitHub as somebody; nothing is waited for."""
    return GitHub(agent="", cache=folder, caller=caller_as(folder, who))


def draft(there: World, finding: str = FIRST) -> Draft:
    body = f"## How to see it\n\nrun it\n\nFinding: `{finding}`\n"
    return Draft(
        finding=finding, target=f"https://github.com/{there.place}", title="it differs", body=body
    )


def week() -> datetime:
    return datetime.now(UTC) - timedelta(days=7)


def test_a_whole_life_breaks_no_rule_in_either_direction(there: World, tmp_path: Path) -> None:
    forge = github(tmp_path)
    assert forge.standing(there.place, since=week()).consent is None
    today = now().date().isoformat()
    there.write(WELCOME, "issues: welcome\n")
    standing = forge.standing(there.place, since=week())
    assert standing.consent is not None
    assert standing.consent.who == "owner"
    assert standing.consent.at in {today, now().date().isoformat()}  # it may be midnight
    issue = forge.create(there.place, draft(there))
    assert (issue.open, issue.ours, issue.author) == (True, True, "bot")
    assert forge.create(there.place, draft(there)) == issue
    assert forge.create(there.place, draft(there, SECOND)).address != issue.address
    assert forge.standing(there.place, since=week()).recent == 2
    for _ in range(2):
        assert not forge.close(issue.address, comment="our mistake").open
    raw = there.ask("GET", f"/repos/{there.place}/issues/1")
    assert (raw["state"], raw["state_reason"], raw["comments"]) == ("closed", "not_planned", 1)
    assert len(there.issues()) == 2
    versions = {dict(call.headers)["X-GitHub-Api-Version"] for call in there.recorder.to_github}
    assert versions == {"2022-11-28"}


def test_planted_violations_are_caught(
    there: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in each direction: a title that is no title, and an answer without a field."""
    wrong: Json = {"title": {"text": "no"}, "body": "x"}
    caller = caller_as(tmp_path)
    caller.write("POST", f"/repos/{there.place}/issues", wrong)
    assert "request" in there.recorder.violations[-1]
    monkeypatch.setattr(github_completer, "MISSING", ())
    caller.get(f"/repos/{there.place}")
    assert "network_count" in there.recorder.violations[-1]
    assert len(there.recorder.violations) == 2
    there.recorder.calls.clear()


def test_two_stackmatrixes_file_one_issue(there: World, tmp_path: Path) -> None:
    mine, theirs = (
        github(tmp_path / who, who).create(there.place, draft(there)) for who in ("bot", "stranger")
    )
    assert mine.address == theirs.address
    assert (mine.ours, theirs.ours) == (True, False)
    with pytest.raises(UsageError, match="is not ours: bot wrote it"):
        github(tmp_path / "s", "stranger").close(theirs.address, comment="x")


def test_another_finding_is_not_taken_for_it(there: World, tmp_path: Path) -> None:
    """The emulator's search answers everything; what a person quotes is no fingerprint."""
    there.ask("POST", f"/repos/{there.place}/issues", {"title": "x", "body": f"see {FIRST}"})
    assert github(tmp_path).find(there.place, FIRST) is None
    assert github(tmp_path).create(there.place, draft(there, SECOND)).ours
    assert github(tmp_path).find(there.place, FIRST) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("issues: stop\n", "says 'stop'"),
        ("issues: [welcome]\n", "says ['welcome']"),
        ("}{", "says None"),
    ],
)
def test_a_project_that_says_stop_or_nothing_clear_is_left_alone(
    there: World, tmp_path: Path, text: str, says: str
) -> None:
    there.write(WELCOME, text)
    standing = github(tmp_path).standing(there.place, since=week())
    assert says in standing.refusal
    assert standing.consent is None


def test_a_stop_wins_over_a_welcome(there: World, tmp_path: Path) -> None:
    there.write(WELCOME, "issues: welcome\n")
    there.ask(
        "POST", f"/repos/{there.place}/labels", {"name": "stackmatrix-stop", "color": "ff0000"}
    )
    body = {"title": "no bots", "body": "please", "labels": ["stackmatrix-stop"]}
    there.ask("POST", f"/repos/{there.place}/issues", body)
    assert "stackmatrix-stop" in github(tmp_path).standing(there.place, since=week()).refusal


@pytest.mark.parametrize(
    ("who", "text", "welcome"),
    [
        ("owner", "Stackmatrix welcome, go on", True),
        ("owner", "not now", False),
        ("stranger", "stackmatrix welcome", False),
    ],
)
def test_a_maintainers_comment_is_consent(
    there: World, tmp_path: Path, who: str, text: str, welcome: bool
) -> None:
    there.ask("POST", f"/repos/{there.place}/issues", {"title": "may it?", "body": "?"})
    said = there.ask("POST", f"/repos/{there.place}/issues/1/comments", {"body": text}, who)
    where = f"https://github.com/{there.place}/issues/1#issuecomment-{said['id']}"
    standing = github(tmp_path).standing(there.place, since=week(), consent=where)
    assert (standing.consent is not None) is welcome
    if standing.consent:
        assert (standing.consent.who, standing.consent.where) == ("owner", where)


@pytest.mark.parametrize("change", [{"archived": True}, {"has_issues": False}])
def test_closed_doors_are_respected(there: World, tmp_path: Path, change: dict[str, Json]) -> None:
    there.ask("PATCH", f"/repos/{there.place}", change)
    assert github(tmp_path).standing(there.place, since=week()).refusal


def test_pull_requests_are_no_issues_and_every_page_is_read(there: World, tmp_path: Path) -> None:
    for at in range(105):
        there.ask(
            "POST", f"/repos/{there.place}/issues", {"title": f"{at}", "body": "x"}, "stranger"
        )
    first = github(tmp_path).create(there.place, draft(there))
    found = github(tmp_path).find(there.place, FIRST)
    assert found == first
    assert any("page=2" in call.path for call in there.recorder.to_github)


@pytest.mark.parametrize("what", ["before", "after", 502, 429, 403])
def test_a_write_that_goes_wrong_makes_one_issue(
    there: World, tmp_path: Path, what: str | int
) -> None:
    once = iter([what])

    def fault(call: Call) -> str | int:
        return next(once, "") if call.method == "POST" else ""

    there.recorder.fault = fault
    issue = github(tmp_path).create(there.place, draft(there))
    assert issue.open
    assert len(there.issues()) == 1


def test_nothing_is_filed_where_the_search_fails(there: World, tmp_path: Path) -> None:
    there.recorder.fault = lambda call: 422 if "/search/" in call.path else ""
    with pytest.raises(SourceError, match="could not be searched"):
        github(tmp_path).create(there.place, draft(there))
    assert there.recorder.writes == []


@pytest.mark.parametrize(("status", "says"), [(410, "disabled"), (401, "token"), (404, "place")])
def test_a_refusal_is_told_with_what_to_do(
    there: World, tmp_path: Path, status: int, says: str
) -> None:
    there.recorder.fault = lambda call: status if call.method == "POST" else ""
    with pytest.raises(SourceError, match=says) as caught:
        github(tmp_path).create(there.place, draft(there))
    assert caught.value.cure
    assert there.issues() == []


def test_writes_are_a_second_apart(there: World, tmp_path: Path) -> None:
    forge = GitHub(agent="", cache=tmp_path, caller=caller_as(tmp_path, wait=sleep))
    for finding in (FIRST, SECOND):
        forge.create(there.place, draft(there, finding))
    first, second = [call.at for call in there.recorder.to_github if call.method == "POST"]
    assert second - first >= 1


def ready(there: World, folder: Path) -> None:
    """Write a matrix, a ledger and an outbox in which one finding may be filed, if welcome."""
    (folder / "matrix.yaml").write_text(MATRIX.replace("PLACE", there.place))
    with FileLedger.open(folder / ".stackmatrix") as ledger:
        fill(ledger, (FIRST,), target=f"https://github.com/{there.place}")
    Outbox(folder / ".stackmatrix" / "outbox").deliver(
        FIRST, draft(there).title, draft(there).body, {}
    )


def stackmatrix(folder: Path, recorder: Recorder, *words: str) -> str:
    """Run the program itself, in a process whose only way out is the recorder."""
    ran = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *words],
        cwd=folder,
        env=environment(recorder, who="bot"),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_without_consent_nothing_but_reads_leaves_the_process(
    there: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen from outside: a token is set, a finding is approved, and nobody said welcome."""
    monkeypatch.setattr("tests.unit.steps.test_filing.AT", now())
    ready(there, tmp_path)
    stackmatrix(tmp_path, there.recorder, "issues", "approve", FIRST, "--reason", "good")
    assert there.recorder.to_github == []
    told = stackmatrix(tmp_path, there.recorder, "issues", "file", "--send")
    assert f"{FIRST} stays: nobody at {there.place} has welcomed issues of a bot" in told
    assert {call.method for call in there.recorder.to_github} == {"GET"}
    assert there.issues() == []

    there.write(WELCOME, "issues: welcome\n")
    dry = stackmatrix(tmp_path, there.recorder, "issues", "file")
    assert "a dry run: nothing was sent" in dry
    assert there.recorder.writes == []
    done = stackmatrix(tmp_path, there.recorder, "issues", "file", "--send")
    assert f"{FIRST} is filed: https://github.com/{there.place}/issues/1" in done
    assert there.recorder.writes == [f"POST /repos/{there.place}/issues"]
    life = lives(FileLedger.read(tmp_path / ".stackmatrix").facts())[FIRST]
    assert life.state is State.FILED
    assert f"owner at https://github.com/{there.place}/blob/HEAD/.github" in life.history[-1].why

    again = stackmatrix(tmp_path, there.recorder, "issues", "file", "--send")
    assert "nothing waits to be filed" in again
    back = ("issues", "retract", FIRST, "--reason", "our mistake")
    assert "would close" in stackmatrix(tmp_path, there.recorder, *back)
    stackmatrix(tmp_path, there.recorder, *back, "--send")
    (issue,) = there.issues()
    assert (issue["state"], issue["state_reason"]) == ("closed", "not_planned")


@pytest.mark.parametrize(
    ("reason", "who", "state"),
    [
        ("not_planned", "owner", State.INVALID),
        ("completed", "owner", State.ACKNOWLEDGED),
        ("not_planned", "bot", State.WITHDRAWN),
    ],
)
def test_what_they_did_with_it_is_read(
    there: World, tmp_path: Path, reason: str, who: str, state: State
) -> None:
    forge = github(tmp_path)
    address = forge.create(there.place, draft(there)).address
    life = lived(*READY, Step.FILE)
    assert happened(life, forge.read(address)) == (None, "")
    body = {"state": "closed", "state_reason": reason}
    there.ask("PATCH", f"/repos/{there.place}/issues/1", body, who)
    step, why = happened(life, forge.read(address))
    assert step is not None
    assert why
    after = lived(*READY, Step.FILE, step)
    assert after.state is state
    assert happened(after, forge.read(address)) == (None, "")
    there.ask("PATCH", f"/repos/{there.place}/issues/1", {"state": "open"})
    again, _ = happened(after, forge.read(address))
    assert again is (Step.REOPEN if after.state.settled else None)


def test_the_recorder_sees_a_write(there: World, tmp_path: Path) -> None:
    """What proves that nothing left can see what leaves, from another process as well."""
    code = f"import requests; requests.post('https://api.github.com/repos/{there.place}/issues')"
    env = environment(there.recorder)
    subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, check=True, timeout=60)
    assert there.recorder.writes == [f"POST /repos/{there.place}/issues"]
    there.recorder.calls.clear()
    assert requests.get("https://api.github.com/user", timeout=30).status_code
