from __future__ import annotations

from datetime import UTC, datetime

from bot.core.aliases import aliases
from bot.core.facts import Body, Drafted, Explained, Fact, Moved, Named, RunEnded, RunStarted
from bot.core.life import State, Step
from bot.core.lives import lives
from bot.core.outcome import Ending, Explanation

AT = datetime(2026, 11, 23, tzinfo=UTC)
NEW = "00000000000000ff"


def facts(*bodies: Body) -> list[Fact]:
    started = RunStarted(at=AT, bot="1", config="", suite="")
    every = (started, *bodies)
    return [Fact(run=1, job=f"{at:03}", attempt=0, body=body) for at, body in enumerate(every)]


def drafted(name: str) -> Drafted:
    return Drafted(finding=name, target="https://github.com/o/r", title="t", body="b")


def moved(name: str, step: Step, about: str = "") -> Moved:
    return Moved(finding=name, step=step, who="you", at=AT, why="so", about=about)


def filed(name: str) -> tuple[Body, ...]:
    there = f"https://github.com/o/r/issues/{name}"
    return (
        RunEnded(newly_broken=1, broken=(name,)),
        moved(name, Step.APPROVE),
        moved(name, Step.FILE, there),
    )


def test_a_name_of_before_leads_to_the_finding_and_its_life_goes_on() -> None:
    told = facts(
        Drafted(finding="aa", target="t", title="t", body="b"),
        moved("aa", Step.APPROVE),
        Named(finding=NEW, search="aa-1"),
        RunEnded(newly_broken=0, broken=(NEW,)),
    )
    found = lives(told)
    assert list(found) == [NEW]
    assert aliases(told).of("aa") == NEW
    assert [each.step for each in found[NEW].refused] == [Step.APPROVE]  # not explained in there


def test_two_searches_of_one_name_lead_each_to_its_own_finding() -> None:
    known = aliases(facts(Named(finding="f1", search="aa-1"), Named(finding="f2", search="aa-2")))
    assert [known.of(name) for name in ("aa-1", "aa-2", "aa", "aa-3")] == ["f1", "f2", "f1", "f1"]


def test_of_two_old_findings_with_issues_each_keeps_its_own() -> None:
    named = (Named(finding=NEW, search="aa-1"), Named(finding=NEW, search="bb-1"))
    known = aliases(facts(*filed("aa"), *filed("bb"), *named))
    assert (known.of("aa"), known.of("bb")) == (NEW, "bb")
    assert known.of("bb-1") == NEW, "what is found from now on is the one finding"


def test_a_run_tells_of_new_findings_by_their_searches_alone() -> None:
    told = facts(
        Explained(finding="aa-1", explanation=Explanation(ending=Ending.CONCLUSIVE)),
        Named(finding=NEW, search="aa-1"),
        drafted(NEW),
    )
    assert lives(told)[NEW].state is State.DRAFTED
    assert [each.step for each in lives(told)[NEW].history] == [Step.EXPLAIN, Step.DRAFT]
