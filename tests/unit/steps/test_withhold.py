"""What may be no matter for the public leaves no trace in what all may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot import pipeline
from bot.app import RENDERERS
from bot.config.security import dangers
from bot.core.dashboard import render as board
from bot.core.facts import Drafted, Marked
from bot.core.form import Target
from bot.core.model import Json
from bot.core.report import Report
from bot.core.security import Danger, danger, private
from bot.steps.board import board_of
from bot.steps.desk import Desk
from bot.steps.house import House
from tests.unit.steps.fakes import DAY, bodies, house, later, probe
from tests.unit.steps.rooms import Answer, Dies, text
from tests.unit.steps.test_view import LOOK, run

RULES = dangers()
WRONG = "secretly-wrong"
PUBLIC = "openly-wrong"
ROW = Target(repo="o/e", security="security@example.org")


@dataclass
class Vault:
    """Keeps what is delivered."""

    kept: dict[str, str] = field(default_factory=dict)

    def deliver(self, name: str, title: str, body: str, attachments: Mapping[str, bytes]) -> str:
        self.kept[name] = f"{title}\n{body}\n{[*attachments]}"
        return f"private/{name}"


def home_of(answer: Answer) -> House:
    """A house where release 2 of `e` does `answer` to one probe, and 2 of `c` is openly wrong."""

    def guest(versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        if name == WRONG and versions["e"] == "2":
            return answer
        return text("openly odd" if name == PUBLIC and versions["c"] == "2" else "fine")

    probes = tuple(probe(name, request={"ask": name}, looks=(LOOK,)) for name in (WRONG, PUBLIC))
    made = house({"e": ["1", "2"], "c": ["1", "2"]}, guest, probes=probes)
    return replace(made, dangers=RULES, vault=Vault(), targets={"o/e": ROW})


def files(seen: Report) -> str:
    return "\n".join(text for one in RENDERERS for text in one.render(seen).values())


def drafted(home: House) -> dict[str, Drafted]:
    return {body.finding: body for body in bodies(home) if isinstance(body, Drafted)}


def marked(home: House, finding: str, *, private: bool) -> None:
    told = Marked(finding=finding, private=private, who="you", at=DAY, why="I know")
    home.tell(told, job=f"mark {finding} {private}")


def test_a_crash_on_a_request_is_told_nowhere_but_to_the_contact() -> None:
    home = home_of(Dies())
    seen = run(home)
    (known,) = private(home.ledger.facts())
    assert [one.signature for one in seen.findings] == ["diverged:text:value of 10"]
    assert (seen.withheld, seen.withheld_new) == (1, 1)
    assert known not in seen.delta.newly_broken
    public = files(seen)
    for word in (known, "SIGSEGV", "died of"):
        assert word not in public
    assert "1 more may be no matter for the public" in public
    results = [one for cell in seen.cells for one in cell.results if one.probe == WRONG]
    assert not any(one.signature or one.verdict.flipped for one in results)
    told = drafted(home)[known]
    assert told.body == f"private/{known}"
    assert "memory fault" in told.traits.danger
    assert isinstance(home.vault, Vault)
    assert [*home.vault.kept] == [known]
    assert "**Private: for " in home.vault.kept[known]


def test_what_the_dashboard_shows() -> None:
    home = home_of(Dies())
    run(home)
    (known,) = private(home.ledger.facts())
    desk = Desk.__new__(Desk)
    for name, value in {
        "ledger": home.ledger, "policy": home.matrix.policy, "now": DAY, "folded": {},
        "written": {}, "secret": {}, "run": 1, "who": "you", "targets": {},
    }.items():  # fmt: skip
        object.__setattr__(desk, name, value)
    page = board(board_of(desk, ""))
    assert known not in page
    assert "1 more may be no matter for the public" in page


def test_a_planted_leak_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: without the rule everything is told."""
    monkeypatch.setattr(pipeline, "withhold", lambda _house, report: report)
    public = files(run(home_of(Dies())))
    assert "SIGSEGV" in public


def test_a_persons_word_hides_and_shows() -> None:
    home = home_of(text("secretly odd"))
    first = run(home)
    assert (first.withheld, len(first.findings)) == (0, 2)
    (secret,) = [one.finding for one in first.findings if WRONG in one.probes]
    marked(home, secret, private=True)
    second = run(later(home))
    assert secret not in files(second)
    assert "secretly odd" not in files(second)
    assert "openly odd" in files(second)
    assert second.withheld == 1
    again = later(later(home))
    marked(again, secret, private=False)
    assert secret in files(run(again))


def test_a_person_can_clear_what_a_rule_hides() -> None:
    home = home_of(Dies())
    run(home)
    (known,) = private(home.ledger.facts())
    there = later(home)
    marked(there, known, private=False)
    assert known in files(run(there))
    assert not private(there.ledger.facts())


@pytest.mark.parametrize(
    ("signature", "shown", "secret"),
    [
        ("failed:probe:crash:died of SIGSEGV", "", True),
        ("failed:probe:crash:died of SIGBUS", "", True),
        ("failed:start:crash:died of SIGSEGV", "", False),
        ("failed:probe:crash:died of SIGILL", "", False),
        ("failed:probe:crash:died of SIGABRT", "", False),
        ("failed:probe:crash:died of SIGABRT", "free(): invalid pointer", True),
        ("failed:probe:crash:died of SIGABRT", "==1==ERROR: AddressSanitizer: x", True),
        ("failed:probe:exception:TypeError: double freedom", "", False),
        ("diverged:prompt:value", "- SecurityError: access is unsafe\n+ 42", True),
        ("diverged:prompt:value", "- no\n+ {'__globals__': 1}", True),
        ("diverged:prompt:value", "- {'__globals__': 1}\n+ no", False),
        ("diverged:text:value", "- free()\n+ segfault, said the model", False),
    ],
)
def test_the_rules(signature: str, shown: str, secret: bool) -> None:
    assert bool(danger(RULES, signature=signature, shown=shown)) is secret


def test_a_rule_is_a_row() -> None:
    rule = Danger(name="x", words="boom", why="it says boom", where="signature")
    assert danger((rule,), signature="boom", shown="") == "it says boom"
    assert danger((rule,), signature="", shown="boom") == ""
