"""Before filing: proved today, fit for the public, told by nobody; and many become one issue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.draft import named
from bot.core.facts import Drafted, Marked, Reproved
from bot.core.life import State, Step
from bot.core.policy import Policy, Rule, Way
from bot.core.traits import Traits
from bot.core.umbrella import fingerprint
from bot.forge import Issue
from bot.ledger.files import FileLedger
from bot.steps.desk import Desk
from bot.steps.filing import Plan, carry_out, plans
from tests.unit.steps.forge import FakeForge
from tests.unit.steps.test_filing import AT, NAMES, TARGET, approved, desk, fill, going, why

ONE = NAMES[0]
HUMAN = Issue(
    address="https://github.com/o/r/issues/77",
    open=True,
    title='"e" "1.0" text is garbage since the update',
    body="it broke",
    author="ada",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[FileLedger]:
    with FileLedger.open(tmp_path / "state") as opened:
        fill(opened, NAMES[:2])
        yield opened


def the_plan(here: Desk) -> Plan:
    return next(plan for plan in plans(here) if plan.finding == ONE)


def test_what_a_person_told_already_is_linked_and_not_filed(ledger: FileLedger) -> None:
    forge = FakeForge(issues=[HUMAN], words=replace(FakeForge().words, recent=-1))
    here = approved(ledger, forge)
    plan = the_plan(here)
    assert (plan.told, plan.obstacle) == (HUMAN.address, "")
    assert "would be linked to" in plan.line
    assert forge.wrote == []
    assert carry_out(here, plan) == HUMAN
    life = here.lives[ONE]
    assert (life.state, life.issue, life.ours) == (State.DUPLICATE, HUMAN.address, False)
    assert forge.wrote == []


def test_a_person_is_not_asked_to_press_for_what_was_told(ledger: FileLedger) -> None:
    press = Policy(default=Rule(way=Way.PRESS, delay_hours=0))
    forge = FakeForge(issues=[HUMAN])
    here = approved(ledger, forge, policy=press)
    assert "would be linked to" in the_plan(here).line
    carry_out(here, the_plan(here))
    assert here.lives[ONE].state is State.DUPLICATE
    assert forge.wrote == []


def test_a_person_can_press_where_no_search_answers(ledger: FileLedger) -> None:
    press = Policy(default=Rule(way=Way.PRESS, delay_hours=0))
    here = approved(ledger, FakeForge(blind=True), policy=press)
    assert "a person presses the button" in the_plan(here).line
    assert carry_out(here, the_plan(here)) == the_plan(here)


@pytest.mark.parametrize(
    "changed",
    [
        {"title": '"e" "1.0" text: how do I use it?', "body": ""},
        {"body": f"it broke\n\nFinding: `{NAMES[5]}`"},  # a bot's, found by its fingerprint
    ],
)
def test_what_only_sounds_like_it_is_filed(ledger: FileLedger, changed: dict[str, str]) -> None:
    other = replace(HUMAN, **changed)  # type: ignore[arg-type]
    forge = FakeForge(issues=[other], words=replace(FakeForge().words, recent=-1))
    here = approved(ledger, forge)
    assert the_plan(here).told == ""
    issue = carry_out(here, the_plan(here))
    assert isinstance(issue, Issue)
    assert issue.ours


def test_nothing_is_filed_where_the_search_fails(ledger: FileLedger) -> None:
    forge = FakeForge()
    here = approved(ledger, forge)
    plan = the_plan(here)
    forge.blind = True
    assert "could not be searched" in the_plan(here).obstacle
    late = carry_out(here, plan)
    assert isinstance(late, Plan)
    assert "could not be searched" in late.obstacle
    assert forge.wrote == []


def redraft(ledger: FileLedger, traits: Traits, attempt: int = 1) -> None:
    told = Drafted(finding=ONE, target=TARGET, title="t", body="", traits=traits)
    ledger.tell(told, job=f"track {ONE}", attempt=attempt)


def test_a_leak_goes_to_no_tracker_whoever_approves(ledger: FileLedger) -> None:
    here = approved(ledger, FakeForge())
    redraft(ledger, Traits(package="e", first_bad="1.0", private=True))
    assert "security contact" in why(here)
    press = replace(here, policy=Policy(default=Rule(way=Way.PRESS, delay_hours=0)))
    assert "security contact" in why(press)


def test_a_persons_word_is_enough_to_keep_it_from_every_tracker(ledger: FileLedger) -> None:
    forge = FakeForge()
    here = approved(ledger, forge)
    plan = the_plan(here)
    told = Marked(finding=ONE, private=True, who="you", at=AT, why="it may be exploited")
    ledger.tell(told, job=f"mark {ONE}")
    assert "you said so: it may be exploited" in why(here)
    late = carry_out(here, replace(plan, obstacle=""))
    assert not isinstance(late, Issue)
    assert forge.issues == []


@pytest.mark.parametrize(
    ("who", "goes"),
    [("you", True), ("stackmatrix 1.0", False), ("Stackmatrix", False), ("some[bot]", False)],
)
def test_the_tiny_model_alone_files_nothing_without_a_person(
    ledger: FileLedger, who: str, goes: bool
) -> None:
    here = replace(desk(ledger, FakeForge()), who=who)
    here.step(ONE, Step.APPROVE, "good")
    assert why(here) == ""
    redraft(ledger, Traits(package="e", first_bad="1.0", tiny=True))
    assert ("tiny model only" in why(here)) is not goes
    if not goes:
        redraft(ledger, Traits(package="e", first_bad="1.0"), attempt=2)
        assert why(here) == "", "it was reproduced without the tiny model"


def test_a_draft_of_before_is_drafted_anew(ledger: FileLedger) -> None:
    here = approved(ledger, FakeForge())
    redraft(ledger, Traits())
    assert "run again" in why(here)


@pytest.mark.parametrize(
    ("days", "holds", "says"),
    [(None, True, "its proof was last run on"), (2, True, ""), (2, False, "does not hold")],
)
def test_a_proof_is_run_on_the_day(
    ledger: FileLedger, days: int | None, holds: bool, says: str
) -> None:
    later = AT + timedelta(days=2, hours=1)
    approved(ledger, FakeForge())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.unit.steps.test_filing.AT", AT + timedelta(days=2))
        fill(ledger, (), broken=NAMES[:1])
    if days:
        told = Reproved(finding=ONE, at=AT + timedelta(days=days), holds=holds)
        ledger.tell(told, job=f"track {ONE} proof")
    here = desk(ledger, FakeForge(), now=later)
    assert says in why(here)
    assert bool(why(here)) is bool(says)


@pytest.fixture
def many(tmp_path: Path) -> Iterator[FileLedger]:
    with FileLedger.open(tmp_path / "many") as opened:
        fill(opened, NAMES, release="2.0")
        yield opened


def test_many_of_one_release_are_one_issue_which_grows(many: FileLedger) -> None:
    forge = FakeForge()
    rule = Rule(way=Way.FILE, delay_hours=0, per_week=2, most_per_week=2)
    here = desk(many, forge, policy=Policy(targets={TARGET: rule}))
    for name in NAMES[:5]:
        here.step(name, Step.APPROVE, "good")
    assert going(here) == [NAMES[0]]
    assert f"told together with {NAMES[0]}" in why(here, NAMES[1])
    for plan in tuple(plans(here)):
        carry_out(here, plan)
    (issue,) = forge.issues
    assert named(issue.body) == fingerprint("e", "2.0")
    assert {here.lives[name].state for name in NAMES[:5]} == {State.FILED}
    assert {here.lives[name].issue for name in NAMES[:5]} == {issue.address}
    assert here.lives[NAMES[5]].state is State.DRAFTED
    here.step(NAMES[5], Step.APPROVE, "good")
    for plan in tuple(plans(here)):
        carry_out(here, plan)
    assert len(forge.issues) == 1
    assert all(f"t {name}" in forge.issues[0].body for name in NAMES[:6])
    assert [line.split()[0] for line in forge.wrote] == ["create", "edit"]


def test_a_hundred_in_one_day_are_one_issue(tmp_path: Path) -> None:
    names = tuple(f"{at:016x}" for at in range(100, 200))
    forge = FakeForge()
    with FileLedger.open(tmp_path / "flood") as opened:
        fill(opened, names, release="2.0")
        here = desk(opened, forge)
        for name in names[:8]:
            here.step(name, Step.APPROVE, "good")
        for plan in tuple(plans(here)):
            carry_out(here, plan)
    assert len(forge.issues) == 1
