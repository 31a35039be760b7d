"""The dashboard and the orders of maintainers, by the verbs that a person says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.facts import Drafted
from bot.core.traits import Traits
from bot.errors import UsageError
from bot.ledger.files import FileLedger
from tests.unit.steps.forge import FakeForge
from tests.unit.verbs.test_issues import (  # noqa: F401 - one is a fixture
    MATRIX,
    ONE,
    TWO,
    issues,
    place,
    row,
)

OWN = MATRIX.replace("policy:\n", "policy:\n  own: me/mine\n").replace("o/r: press", "o/r: file")
PAGE = "https://github.com/me/mine/issues/1"


@pytest.fixture
def forge(place: Path, monkeypatch: pytest.MonkeyPatch) -> FakeForge:  # noqa: F811
    (place / "matrix.yaml").write_text(OWN)
    made = FakeForge(writers=frozenset({"ada"}))
    monkeypatch.setattr("bot.verbs.desk.forge_of", lambda _: made)
    return made


def test_a_dry_run_makes_no_page_and_a_tick_approves(forge: FakeForge) -> None:
    assert issues("dashboard").lines == ("would be filed at me/mine",)
    assert forge.wrote == []
    assert issues("dashboard", "--send").lines == (f"{PAGE} was made",)
    body = forge.read(PAGE).body
    forge.ticked("ada", PAGE, body.replace("[ ] approve", "[x] approve", 1))
    answer, written = map(str, issues("dashboard", "--send").lines)
    assert answer.endswith(f"ada, approve {ONE}: it is approved")
    assert written == f"{PAGE} was written"
    assert row(ONE)[1] == "approved"
    assert issues("dashboard").json == {"answers": [], "says": f"{PAGE} is as it should be"}


@pytest.mark.usefixtures("place")
def test_without_a_repository_of_ones_own_it_says_what_to_add() -> None:
    with pytest.raises(UsageError, match="no repository") as caught:
        issues("dashboard")
    assert "own:" in caught.value.cure


def test_a_maintainer_is_answered_only_with_send(forge: FakeForge) -> None:
    issues("approve", ONE, "--reason", "good")
    issues("file", "--send")
    (issue,) = forge.issues
    forge.comment(issue.address, "mia", "fix 2.0", maintainer=True)
    assert "a dry run" in str(issues("sync").lines[0])
    assert len(forge.comments(issue.address)) == 1
    assert "Thank you" in str(issues("sync", "--send").lines[0])
    assert len(forge.comments(issue.address)) == 2
    assert issues("sync", "--send").lines == ("nothing new",)
    assert row(ONE)[1] == "fixed-in"


@pytest.mark.parametrize(
    ("traits", "says"),
    [
        (Traits(tiny=True), "seen on the tiny model only"),
        (Traits(private=True, tiny=True), "never a tracker"),
        (Traits(), ""),
    ],
)
def test_show_warns_before_it_is_approved(
    place: Path,  # noqa: F811
    traits: Traits,
    says: str,
) -> None:
    with FileLedger.open(place / ".stackmatrix") as ledger:
        ledger.go_on()
        told = Drafted(finding=TWO, target="o/r", title="t", body="", traits=traits)
        ledger.tell(told, job=f"track {TWO}", attempt=1)
    shown = "\n".join(map(str, issues("show", TWO).lines))
    assert says in shown
    assert ("tiny" in shown or "tracker" in shown) is bool(says)
