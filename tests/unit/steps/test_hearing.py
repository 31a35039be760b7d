"""Orders on our issues: who may give them, what they do, and that each is answered once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.facts import Queued, Stopped
from bot.core.life import State, Step
from bot.core.policy import Policy, Rule, Way
from bot.core.standing import Standing
from bot.forge import Issue
from bot.ledger.files import FileLedger
from bot.steps.desk import Desk
from bot.steps.filing import carry_out, plans
from bot.steps.hearing import hear
from bot.steps.syncing import sync
from tests.unit.steps.forge import YES, FakeForge
from tests.unit.steps.test_filing import NAMES, TARGET, approved, fill, going

ONE, TWO = NAMES[:2]
ADDRESS = "https://github.com/o/r/issues/1"


@pytest.fixture
def forge() -> FakeForge:
    return FakeForge()


@pytest.fixture
def here(tmp_path: Path, forge: FakeForge) -> Iterator[Desk]:
    """A desk with one finding filed."""
    with FileLedger.open(tmp_path / "state") as ledger:
        fill(ledger, NAMES[:2])
        rule = Rule(way=Way.FILE, delay_hours=0, per_week=9, most_per_week=9)
        made = approved(ledger, forge, policy=Policy(targets={TARGET: rule}))
        (plan,) = [plan for plan in plans(made) if not plan.obstacle]
        assert isinstance(carry_out(made, plan), Issue)
        forge.wrote.clear()
        yield made


def say(forge: FakeForge, text: str, *, maintainer: bool = True, who: str = "mia") -> str:
    return forge.comment(ADDRESS, who, text, maintainer=maintainer).address


@pytest.mark.parametrize(
    ("text", "state", "wrote"),
    [
        ("fix 2.0", State.FIXED_IN, ["say"]),
        ("dup #7", State.DUPLICATE, ["say", "close"]),
        ("invalid the model is ours", State.INVALID, ["say", "close"]),
        ("expected", State.EXPECTED, ["say", "close"]),
        ("test 2.0", State.FILED, ["say"]),
        ("stop", State.FILED, ["say"]),
        ("thanks!", State.FILED, []),
    ],
)
def test_an_order_is_obeyed_and_answered_once(
    here: Desk, forge: FakeForge, text: str, state: State, wrote: list[str]
) -> None:
    where = say(forge, text)
    told = list(hear(here, send=True))
    assert len(told) == (1 if wrote else 0)
    assert here.lives[ONE].state is state
    assert [line.split()[0] for line in forge.wrote] == wrote
    if wrote:
        answers = [one.body for one in forge.comments(ADDRESS) if one.ours]
        assert [where in answer for answer in answers] == [True]
    if state is not State.FILED:
        assert (here.lives[ONE].history[-1].who, where in here.lives[ONE].history[-1].why) == (
            "mia",
            True,
        )
    assert list(hear(here, send=True)) == []
    assert [line.split()[0] for line in forge.wrote] == wrote


def test_a_duplicate_names_its_issue(here: Desk, forge: FakeForge) -> None:
    say(forge, "dup #7")
    list(hear(here, send=True))
    assert here.lives[ONE].issue == "https://github.com/o/r/issues/7"
    assert not forge.read(ADDRESS).open


@pytest.mark.parametrize("text", ["fix 2.0", "stop", "invalid no"])
def test_a_stranger_gives_no_orders_and_gets_no_answer(
    here: Desk, forge: FakeForge, text: str
) -> None:
    say(forge, text, maintainer=False)
    forge.comment(ADDRESS, "bot", text, maintainer=True, ours=True)
    assert list(hear(here, send=True)) == []
    assert (here.lives[ONE].state, forge.wrote) == (State.FILED, [])


def test_a_stop_comes_before_all_else_and_is_for_ever(here: Desk, forge: FakeForge) -> None:
    here.step(TWO, Step.APPROVE, "good")
    assert going(here) == [TWO]
    say(forge, "fix 2.0")
    say(forge, "stop")
    told = list(hear(here, send=True))
    assert "not answered there: mia said stop" in told[1]
    assert len(forge.wrote) == 1
    assert "nothing more will be written" in forge.comments(ADDRESS)[-1].body
    assert here.lives[ONE].state is State.FIXED_IN
    assert going(here) == []
    say(forge, "expected")
    assert len(list(hear(here, send=True))) == 1
    assert list(hear(here, send=True)) == []
    assert len(forge.wrote) == 1
    (word,) = [f.body for f in here.ledger.facts() if isinstance(f.body, Stopped)]
    assert (word.target, word.who) == (TARGET, "mia")


def test_a_dry_run_obeys_a_stop_and_writes_nothing(here: Desk, forge: FakeForge) -> None:
    here.step(TWO, Step.APPROVE, "good")
    say(forge, "stop")
    assert "a dry run" in next(iter(hear(here, send=False)))
    assert (forge.wrote, going(here)) == ([], [])
    list(hear(here, send=True))
    assert len(forge.wrote) == 1


def test_what_was_done_in_a_dry_run_is_answered_later(here: Desk, forge: FakeForge) -> None:
    say(forge, "invalid no")
    list(hear(here, send=False))
    assert here.lives[ONE].state is State.INVALID
    assert forge.read(ADDRESS).open
    assert list(sync(here)) == [], "it is open because nobody has closed it yet"
    (line,) = hear(here, send=True)
    assert "Thank you" in line
    assert list(sync(here)) == []
    assert not forge.read(ADDRESS).open
    assert [each.step for each in here.lives[ONE].history].count(Step.INVALID) == 1
    forge.put(ADDRESS, open=True)
    assert [life.state for life in sync(here)] == [State.REOPENED]


def test_an_order_that_cannot_be_obeyed_says_why(here: Desk, forge: FakeForge) -> None:
    say(forge, "expected")
    list(hear(here, send=True))
    say(forge, "fix 2.0")
    (line,) = hear(here, send=True)
    assert "Not done" in line
    assert "cannot follow expected" in forge.comments(ADDRESS)[-1].body


def test_a_test_is_queued_once_and_nothing_runs(here: Desk, forge: FakeForge) -> None:
    say(forge, "test 2.0")
    list(hear(here, send=False))
    list(hear(here, send=True))
    (queued,) = [f.body for f in here.ledger.facts() if isinstance(f.body, Queued)]
    assert (queued.finding, queued.version, queued.who) == (ONE, "2.0", "mia")


@pytest.mark.parametrize("what", ["switch", "file", "locked"])
def test_where_nothing_may_be_written_it_is_obeyed_all_the_same(
    here: Desk, forge: FakeForge, what: str
) -> None:
    if what == "file":
        forge.words = Standing(name="o/r", consent=YES, refusal="the file says stop")
    if what == "locked":
        forge.put(ADDRESS, locked=True)
    say(forge, "fix 2.0")
    quiet = replace(here, stop=lambda: "off" if what == "switch" else "")
    list(hear(quiet, send=True))
    assert here.lives[ONE].state is State.FIXED_IN
    assert forge.wrote == []
