from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.life import SETTLED, Event, Life, Refused, State, Step, steps_from, take

AT = datetime(2026, 11, 23, tzinfo=UTC)
ISSUE = "https://tracker.example/o/r/issues/1"
WHOLE = (
    (Step.EXPLAIN, State.EXPLAINED),
    (Step.REDUCE, State.REDUCED),
    (Step.DRAFT, State.DRAFTED),
    (Step.APPROVE, State.APPROVED),
    (Step.FILE, State.FILED),
    (Step.ACKNOWLEDGE, State.ACKNOWLEDGED),
    (Step.FIX, State.FIXED_IN),
    (Step.VERIFY, State.VERIFIED),
    (Step.CLOSE, State.CLOSED),
    (Step.REOPEN, State.REOPENED),
)


def lived(*steps: Step) -> Life:
    life = Life(finding="f")
    for step in steps:
        about = {Step.FILE: ISSUE, Step.LINK: ISSUE, Step.FIX: "2.0"}.get(step, "")
        taken = take(life, Event(step=step, who="you", at=AT, why="so", about=about))
        assert isinstance(taken, Life), taken
        life = taken
    return life


def until(step: Step) -> Life:
    steps = [each for each, _ in WHOLE]
    return lived(*steps[: steps.index(step) + 1])


@pytest.mark.parametrize(("step", "state"), WHOLE)
def test_the_whole_life(step: Step, state: State) -> None:
    assert until(step).state is state


@pytest.mark.parametrize("step", [Step.INVALID, Step.EXPECTED, Step.RETRACT, Step.LINK])
def test_an_issue_can_end_otherwise_and_be_reopened(step: Step) -> None:
    life = lived(*(each for each, _ in WHOLE[:5]), step)
    assert life.state in SETTLED
    assert life.state.settled
    assert Step.REOPEN in steps_from(life)


def test_nothing_is_filed_that_nobody_approved() -> None:
    told = Event(step=Step.FILE, who="bot", at=AT, why="x", about=ISSUE)
    refused = take(until(Step.DRAFT), told)
    assert refused == Refused(why="`file` cannot follow drafted: only approved")


def test_a_rejected_draft_has_no_issue_to_reopen() -> None:
    life = lived(Step.EXPLAIN, Step.DRAFT, Step.REJECT)
    refused = take(life, Event(step=Step.REOPEN, who="you", at=AT, why="x"))
    assert refused == Refused(why="`reopen` needs an issue, and none was filed or linked")
    assert steps_from(life) == ()


@pytest.mark.parametrize(
    ("who", "why", "told"),
    [("", "w", "who"), ("w", " ", "why"), ("", "", "who and why")],
)
def test_every_step_says_who_and_why(who: str, why: str, told: str) -> None:
    refused = take(Life(finding="f"), Event(step=Step.EXPLAIN, who=who, at=AT, why=why))
    assert refused == Refused(why=f"`explain` does not say {told}")


def test_a_mend_names_its_version() -> None:
    refused = take(until(Step.FILE), Event(step=Step.FIX, who="you", at=AT, why="x"))
    assert refused == Refused(why="`fix` needs the version that mends it")


def test_only_what_was_filed_is_ours() -> None:
    assert until(Step.CLOSE).ours
    assert until(Step.CLOSE).issue == ISSUE
    linked = lived(Step.EXPLAIN, Step.DRAFT, Step.LINK)
    assert (linked.issue, linked.ours) == (ISSUE, False)
    assert (Life(finding="f").issue, Life(finding="f").ours) == ("", False)


def test_when_a_step_was_taken() -> None:
    assert until(Step.FILE).when(Step.FILE) == AT
    assert until(Step.FILE).when(Step.CLOSE, Step.FIX) is None
