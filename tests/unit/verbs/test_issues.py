"""What a person can do with findings, on a real ledger and outbox; nothing here can reach out."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import main_group
from bot.errors import StackmatrixError, UsageError
from bot.ledger.files import FileLedger
from bot.trackers.outbox import Outbox
from bot.verbs.said import Said
from tests.unit.steps.test_filing import AT, NAMES, fill

ONE, TWO = NAMES[:2]
MATRIX = """\
version: 1
components: {jinja2: {role: template, upstream: https://github.com/o/r, driver: jinja2}}
stacks: {row: {components: [jinja2]}}
policy:
  delay_hours: 0
  targets: {o/r: press}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STACKMATRIX_STOP", raising=False)
    monkeypatch.setattr("bot.verbs.desk.now", lambda: AT)
    Path("matrix.yaml").write_text(MATRIX)
    with FileLedger.open(tmp_path / ".stackmatrix") as ledger:
        fill(ledger, (ONE, TWO))
    box = Outbox(tmp_path / ".stackmatrix" / "outbox")
    for name in (ONE, TWO):
        box.deliver(name, f"t {name}", f"## How to see it\n\nrun\n\nFinding: `{name}`\n", {})
    return tmp_path


def issues(*words: str) -> Said:
    """Run one verb and return what it says, as `cli` gets it."""
    context = main_group.make_context("stackmatrix", ["issues", *words])
    with context:
        said = main_group.commands["issues"].make_context("issues", list(words), parent=context)
        assert isinstance(said.command, click.Group)
        told = said.command.invoke(said)
    assert isinstance(told, Said)
    return told


def row(finding: str) -> tuple[str, ...]:
    (found,) = [row for row in issues("list", "--all").rows if row[0] == finding]
    return tuple(map(str, found))


@pytest.mark.usefixtures("place")
def test_list_tells_where_each_stands() -> None:
    assert row(ONE) == (ONE, "drafted", "press", "https://github.com/o/r", f"t {ONE}")


@pytest.mark.usefixtures("place")
def test_a_whole_review() -> None:
    assert issues("approve", ONE, "--reason", "good").lines == (f"{ONE} is approved",)
    issues("reject", TWO, "--reason", "known", "--who", "ada")
    assert row(ONE)[1] == "approved"
    assert [each[0] for each in issues("list").rows] == [ONE]
    shown = "\n".join(map(str, issues("show", TWO).lines))
    assert "reject       ada: known" in shown
    assert "next: nothing" in shown
    told = issues("show", TWO).json
    assert isinstance(told, dict)
    assert told["state"] == "withdrawn"
    json.dumps(told)


@pytest.mark.usefixtures("place")
def test_the_beginning_of_a_name_is_enough_where_it_is_the_only_one() -> None:
    assert issues("show", ONE[:16]).lines[0] == f"{ONE} is drafted"
    with pytest.raises(UsageError, match="begins several"):
        issues("show", "0")
    with pytest.raises(UsageError, match="there is no finding `ffff`"):
        issues("show", "ffff")


@pytest.mark.usefixtures("place")
def test_a_step_that_cannot_be_taken_is_an_error_with_a_cure() -> None:
    issues("reject", ONE, "--reason", "known")
    with pytest.raises(UsageError, match="cannot follow withdrawn") as caught:
        issues("approve", ONE, "--reason", "x")
    assert ONE in caught.value.cure
    with pytest.raises(UsageError, match="does not say why"):
        issues("approve", TWO, "--reason", " ")


@pytest.mark.usefixtures("place")
def test_a_dry_run_lists_why_each_stays() -> None:
    lines = list(map(str, issues("file").lines))
    assert lines == [
        f"{each} stays: it is drafted, and nobody has approved it" for each in (ONE, TWO)
    ]


@pytest.mark.parametrize("how", ["variable", "file", "target"])
@pytest.mark.usefixtures("place")
def test_every_switch_stops(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    issues("approve", ONE, "--reason", "good")
    if how == "variable":
        monkeypatch.setenv("STACKMATRIX_STOP", "1")
    else:
        issues("stop", *(["o/r"] if how == "target" else []), "--reason", "odd", "--who", "ada")
    told = " ".join(map(str, issues("file", "--send").lines))
    assert f"{ONE} stays: " in told
    assert "stop" in told


@pytest.mark.usefixtures("place")
def test_only_an_open_issue_can_be_taken_back() -> None:
    with pytest.raises(UsageError, match="there is no open issue to take back"):
        issues("retract", ONE, "--reason", "x")


def test_without_a_run_there_is_nothing_to_speak_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("matrix.yaml").write_text(MATRIX)
    with pytest.raises(UsageError, match="no run is kept"):
        issues("list")
    assert not (tmp_path / ".stackmatrix").exists()


def test_a_misspelt_verb_is_understood() -> None:
    with pytest.raises(StackmatrixError) as caught:
        issues("approved")
    assert "approve" in caught.value.cure


@pytest.mark.parametrize("verb", ["approve", "reject", "retract", "stop"])
@pytest.mark.usefixtures("place")
def test_who_decides_says_why(verb: str) -> None:
    ran = CliRunner().invoke(main_group, ["issues", verb, ONE])
    assert ran.exit_code == 2
    assert "--reason" in ran.output


@pytest.mark.parametrize(
    ("card", "text"),
    [
        ("{}", "# t\n\nb"),
        ("[", "# t\n\nb"),
        ('{"title": 1, "body": "issue.md", "attachments": []}', "# 1\n\nb"),
        ('{"title": "t", "body": "issue.md", "attachments": [], "labels": ["x"]}', "# t\n\nb"),
        ('{"title": "t", "body": "issue.md", "attachments": []}', "# other\n\nb"),
        ('{"title": "t", "body": "issue.md", "attachments": []}', "# t\n\n"),
        ('{"title": "t", "body": "issue.md", "attachments": []}', "# t\n\n" + "b" * 65_536),
    ],
)
def test_what_is_no_draft_of_ours_is_not_sent(place: Path, card: str, text: str) -> None:
    folder = place / ".stackmatrix" / "outbox" / ONE
    (folder / "issue.json").write_text(card)
    (folder / "issue.md").write_text(text)
    with pytest.raises(UsageError) as caught:
        Outbox(folder.parent).read(ONE)
    assert caught.value.cure


def test_a_person_keeps_a_finding_from_the_public_and_gives_it_back(place: Path) -> None:
    said = issues("private", ONE, "--reason", "it may be exploited", "--who", "ada")
    assert f"{ONE} is private" in said.lines
    assert not (place / ".stackmatrix" / "outbox" / ONE).exists()
    shown = "\n".join(map(str, issues("show", ONE).lines))
    assert "private: tell https://github.com/o/r/security/policy, never a tracker" in shown
    assert "ada said so: it may be exploited" in shown
    assert f"{ONE} is public" in issues("public", ONE, "--reason", "no").lines
    assert "private:" not in "\n".join(map(str, issues("show", ONE).lines))
