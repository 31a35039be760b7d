from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.allowed import obstacle_there, record
from bot.core.life import Event, Life, Step
from bot.core.policy import BY_HAND, Policy, Rule, Way, obstacle_here, repository, same
from bot.core.standing import Consent, Record, Standing
from tests.unit.core.test_life import ISSUE, lived

AT = datetime(2026, 11, 23, tzinfo=UTC)
TARGET = "https://github.com/o/r"
YES = Consent(who="maintainer", where=TARGET, at="2026-11-01")
READY = (Step.EXPLAIN, Step.REDUCE, Step.DRAFT, Step.APPROVE)
FILE = Rule(way=Way.FILE, delay_hours=0)


def test_drafts_are_the_default_for_everything() -> None:
    assert Policy().rule(TARGET).way is Way.DRAFT
    assert Policy().rule("https://pypi.org/project/x/").way is Way.DRAFT


@pytest.mark.parametrize("target", sorted(BY_HAND))
def test_some_projects_ask_for_people_whatever_the_default_is(target: str) -> None:
    assert Policy().rule(target).way is Way.PRESS
    assert Policy(default=FILE).rule(target).way is Way.PRESS
    assert Policy(default=Rule(way=Way.OFF)).rule(target).way is Way.OFF
    assert Policy(targets={target: Rule(way=Way.DRAFT)}).rule(target).way is Way.DRAFT


@pytest.mark.parametrize("other", ["o/r", "https://github.com/O/R/", "https://github.com/o/r.git"])
def test_a_target_is_known_in_any_spelling(other: str) -> None:
    assert same(other) == TARGET
    assert Policy(targets={other: FILE}).rule(TARGET) is FILE


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (TARGET, "o/r"),
        ("O/r.x", "O/r.x"),
        ("https://pypi.org/project/x/", ""),
        ("https://github.com/o", ""),
        ("https://github.com/o/r/../../x", ""),
        ("https://evil.example/github.com/o/r", ""),
    ],
)
def test_what_is_a_repository(target: str, place: str) -> None:
    assert repository(target) == place
    assert Policy(default=FILE, own="me/mine").place(target) == place
    assert Policy(default=Rule(way=Way.OWN), own="me/mine").place(target) == "me/mine"


@pytest.mark.parametrize(
    ("rule", "steps", "hours", "told", "says"),
    [
        (FILE, READY, 0, Record(), ""),
        (Rule(way=Way.DRAFT), READY, 0, Record(), "the policy for"),
        (Rule(way=Way.OFF), READY, 0, Record(), "the policy for"),
        (FILE, READY[:3], 0, Record(), "nobody has approved"),
        (FILE, (*READY[:1], *READY[2:]), 0, Record(), "no proof"),
        (FILE, READY, 0, Record(invalid=1, accepted=3), "back to drafts"),
        (FILE, READY, 0, Record(invalid=1, accepted=4), ""),
        (Rule(way=Way.OWN, delay_hours=0), READY, 0, Record(invalid=9), ""),
        (Rule(way=Way.FILE), READY, 23, Record(), "it waits until 2026-11-24 00:00"),
        (Rule(way=Way.FILE), READY, 24, Record(), ""),
    ],
)
def test_what_holds_a_finding_back_here(
    rule: Rule, steps: tuple[Step, ...], hours: int, told: Record, says: str
) -> None:
    why = obstacle_here(lived(*steps), rule, TARGET, told, AT + timedelta(hours=hours))
    assert why.startswith(says) if says.startswith(("it", "the")) else says in why
    assert bool(why) is bool(says)


@pytest.mark.parametrize(
    ("way", "standing", "accepted", "says"),
    [
        (Way.FILE, Standing(name="o/r", consent=YES), 0, ""),
        (Way.FILE, Standing(name="o/r"), 0, "nobody at o/r has welcomed"),
        (Way.OWN, Standing(name="o/r"), 0, ""),
        (Way.FILE, Standing(name="o/r", consent=YES, refusal="o/r says stop"), 0, "o/r says stop"),
        (Way.FILE, Standing(name="o/r", consent=YES, recent=1), 0, "1 issues of stackmatrix"),
        (Way.FILE, Standing(name="o/r", consent=YES, recent=1), 1, ""),
        (Way.FILE, Standing(name="o/r", consent=YES, recent=4), 99, "4 issues of stackmatrix"),
    ],
)
def test_what_holds_it_back_there(way: Way, standing: Standing, accepted: int, says: str) -> None:
    why = obstacle_there(Rule(way=way), standing, Record(accepted=accepted))
    assert (why == "") if not says else why.startswith(says)


def test_what_became_of_the_issues_at_a_target() -> None:
    def life(finding: str, *steps: Step) -> Life:
        told = lived(*READY, Step.FILE, *steps)
        return Life(finding=finding, state=told.state, history=told.history)

    linked = Event(step=Step.LINK, who="", at=AT, why="", about=ISSUE)
    found = {
        "a": life("a", Step.ACKNOWLEDGE),
        "b": life("b", Step.INVALID),
        "c": life("c", Step.ACKNOWLEDGE, Step.INVALID),
        "d": life("d"),
        "e": life("e", Step.INVALID),
        "f": Life(finding="f", history=(linked,)),
    }
    targets = dict.fromkeys("abcdf", TARGET) | {"e": "https://github.com/x/y"}
    assert record(found, targets, "o/r") == Record(filed=4, accepted=1, invalid=2)
    assert Record().too_often_wrong is False
