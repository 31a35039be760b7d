"""What may leave: only what was approved, allowed, welcome, seen today, and within the caps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.facts import Drafted, Explained, Reduced, RunEnded, RunStarted, Stopped
from bot.core.life import State, Step
from bot.core.lives import lives
from bot.core.outcome import Ending, Explanation
from bot.core.policy import Policy, Rule, Way
from bot.core.standing import Standing
from bot.core.traits import Traits
from bot.errors import UsageError
from bot.forge import Draft, Issue
from bot.ledger.files import FileLedger
from bot.steps.desk import Desk
from bot.steps.filing import Plan, carry_out, plans
from bot.steps.syncing import sync
from tests.unit.steps.forge import YES, FakeForge

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = tuple(f"{at:016x}" for at in range(1, 10))
TARGET = "https://github.com/o/r"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[FileLedger]:
    with FileLedger.open(tmp_path / "state") as opened:
        fill(opened, NAMES)
        yield opened


def fill(
    ledger: FileLedger,
    names: Sequence[str],
    *,
    broken: Sequence[str] | None = None,
    target: str = TARGET,
    release: str = "",
) -> None:
    ledger.begin(RunStarted(at=AT, bot="1", config=str(broken), suite=""))
    for at, name in enumerate(names, 1):
        found = Explanation(ending=Ending.CONCLUSIVE)
        proof = Reduced(
            finding=f"{name}-1", request="", repro="", fails="", passes="", verified=True, calls=1
        )
        ledger.tell(Explained(finding=f"{name}-1", explanation=found), job=f"explain {name}-1")
        ledger.tell(proof, job=f"reduce {name}-1")
        traits = Traits(package="e", first_bad=release or f"{at}.0", link="text")
        drafted = Drafted(finding=name, target=target, title=f"t {name}", body="", traits=traits)
        ledger.tell(drafted, job=f"track {name}")
    told = tuple(names if broken is None else broken)
    ledger.tell(RunEnded(newly_broken=len(told), broken=told), job="run")


def desk(ledger: FileLedger, forge: FakeForge, **given: object) -> Desk:
    def read(drafted: Drafted) -> Draft:
        body = f"body\n\nFinding: `{drafted.finding}`"
        return Draft(finding=drafted.finding, target=TARGET, title=drafted.title, body=body)

    made = Desk(
        policy=Policy(targets={TARGET: Rule(way=Way.FILE, delay_hours=0)}),
        ledger=ledger,
        run=ledger.go_on(),
        drafts=read,
        forge=lambda: forge,
        now=AT + timedelta(hours=1),
        who="you",
        stop=lambda: "",
    )
    return replace(made, **given)  # type: ignore[arg-type]


def going(here: Desk) -> list[str]:
    return [plan.finding for plan in plans(here) if not plan.obstacle]


def why(here: Desk, finding: str = NAMES[0]) -> str:
    return next(plan.obstacle for plan in plans(here) if plan.finding == finding)


def approved(ledger: FileLedger, forge: FakeForge, **given: object) -> Desk:
    made = desk(ledger, forge, **given)
    made.step(NAMES[0], Step.APPROVE, "good")
    return made


def test_the_way_of_one_that_may_go(ledger: FileLedger) -> None:
    forge = FakeForge()
    here = approved(ledger, forge)
    (plan,) = [plan for plan in plans(here) if not plan.obstacle]
    assert forge.issues == []
    assert "would be filed at o/r (them at " in plan.line
    issue = carry_out(here, plan)
    assert isinstance(issue, Issue)
    life = here.lives[NAMES[0]]
    assert (life.state, life.issue, life.ours) == (State.FILED, issue.address, True)
    assert "them at" in life.history[-1].why
    assert going(here) == []


def test_what_nobody_approved_stays(ledger: FileLedger) -> None:
    assert going(desk(ledger, FakeForge())) == []
    assert "nobody has approved it" in why(desk(ledger, FakeForge()))


@pytest.mark.parametrize(
    ("forge", "given", "says"),
    [
        (FakeForge(words=Standing(name="o/r")), {}, "nobody at o/r has welcomed"),
        (FakeForge(words=Standing(name="o/r", consent=YES, refusal="no")), {}, "no"),
        (FakeForge(down=True), {}, "does not answer"),
        (FakeForge(label="stop!"), {"policy": None}, "stop!"),
        (FakeForge(), {"stop": lambda: "switched off"}, "switched off"),
        (FakeForge(), {"now": AT + timedelta(days=2)}, "run again"),
        (FakeForge(), {"policy": Policy()}, "the policy for"),
    ],
)
def test_what_holds_one_back(
    ledger: FileLedger, forge: FakeForge, given: dict[str, object], says: str
) -> None:
    rule = Rule(way=Way.FILE, delay_hours=0)
    if given.get("policy", 0) is None:
        given = {"policy": Policy(targets={TARGET: rule}, own="me/mine")}
    here = approved(ledger, forge, **given)
    assert says in why(here)
    assert forge.issues == []


def test_a_word_between_the_plan_and_the_sending_counts(ledger: FileLedger) -> None:
    forge = FakeForge()
    here = approved(ledger, forge)
    (plan,) = [plan for plan in plans(here) if not plan.obstacle]
    forge.words = Standing(name="o/r", refusal="o/r says stop")
    late = carry_out(here, plan)
    assert isinstance(late, Plan)
    assert late.obstacle == "o/r says stop"
    off = carry_out(replace(here, stop=lambda: "off"), plan)
    assert isinstance(off, Plan)
    assert (off.obstacle, forge.issues) == ("off", [])


def test_what_the_last_run_did_not_see_stays(ledger: FileLedger) -> None:
    approved(ledger, FakeForge())
    fill(ledger, (), broken=())
    assert "did not see it" in why(desk(ledger, FakeForge()))


def test_a_stop_is_for_ever(ledger: FileLedger) -> None:
    here = approved(ledger, FakeForge())
    word = Stopped(target=TARGET, who="them", at=AT, why="enough")
    ledger.tell(word, job=f"stop {TARGET}")
    assert why(here) == "them said stop on 2026-11-23: enough"


def test_caps_hold_for_a_target_and_in_all(ledger: FileLedger) -> None:
    forge = FakeForge()
    rule = Rule(way=Way.FILE, delay_hours=0, per_week=3, most_per_week=3)
    policy = Policy(targets={TARGET: rule}, all_per_week=5)
    here = desk(ledger, forge, policy=policy)
    for name in NAMES:
        here.step(name, Step.APPROVE, "good")
    listed = tuple(plans(here))
    assert len([plan for plan in listed if not plan.obstacle]) == 3
    for plan in listed:
        carry_out(here, plan)
    assert len(forge.issues) == 3
    assert going(here) == []
    roomy = replace(here, policy=Policy(default=replace(rule, per_week=9, most_per_week=9)))
    assert len(going(roomy)) == 2  # five in all, three of which have left
    assert "5 a week in all may leave" in why(roomy, NAMES[-1])


def test_what_somebody_has_told_already_is_linked(ledger: FileLedger) -> None:
    forge = FakeForge(theirs=True)
    here = approved(ledger, forge)
    (plan,) = [plan for plan in plans(here) if not plan.obstacle]
    carry_out(here, plan)
    life = here.lives[NAMES[0]]
    assert (life.state, life.ours) == (State.DUPLICATE, False)


def test_a_person_presses_what_is_for_people(ledger: FileLedger) -> None:
    forge = FakeForge()
    here = approved(ledger, forge, policy=Policy(default=Rule(way=Way.PRESS, delay_hours=0)))
    (plan,) = [plan for plan in plans(here) if not plan.obstacle]
    assert "a person presses the button at o/r" in plan.line
    assert carry_out(here, plan) is plan
    assert forge.issues == []


def test_a_step_that_cannot_be_taken_is_told(ledger: FileLedger) -> None:
    with pytest.raises(UsageError, match="`close` cannot follow drafted"):
        desk(ledger, FakeForge()).step(NAMES[0], Step.CLOSE, "x")


@pytest.mark.parametrize(
    ("reason", "by_us", "state"),
    [
        ("not_planned", False, State.INVALID),
        ("completed", False, State.ACKNOWLEDGED),
        ("not_planned", True, State.WITHDRAWN),
    ],
)
def test_what_became_of_an_issue_is_told_once(
    ledger: FileLedger, reason: str, by_us: bool, state: State
) -> None:
    forge = FakeForge()
    here = approved(ledger, forge)
    (plan,) = [plan for plan in plans(here) if not plan.obstacle]
    carry_out(here, plan)
    assert list(sync(here)) == []
    forge.issues[0] = replace(forge.issues[0], open=False, reason=reason, by_us=by_us)
    assert [life.state for life in sync(here)] == [state]
    assert list(sync(here)) == []


def test_what_a_desk_keeps_is_what_the_facts_fold_to(ledger: FileLedger) -> None:
    here = approved(ledger, FakeForge())
    here.step(NAMES[1], Step.REJECT, "known")
    assert here.lives == lives(ledger.facts())
    fill(ledger, (), broken=())
    assert here.lives == lives(ledger.facts())
