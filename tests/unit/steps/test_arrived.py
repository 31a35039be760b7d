"""What was sent before an interruption, and could not be told, is told by the next call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.life import State, Step
from bot.core.model import digest
from bot.core.policy import Policy, Rule, Way
from bot.core.ticks import text_digest
from bot.forge import Draft, Issue
from bot.ledger.files import FileLedger
from bot.steps.desk import Desk
from bot.steps.filing import carry_out, plans
from bot.steps.sent import sent
from tests.unit.steps.forge import FakeForge
from tests.unit.steps.test_filing import NAMES, TARGET, desk, fill


class Killed(BaseException):
    """Stands in for a kill, which nothing catches."""


class Dying(FakeForge):
    """A forge after whose first issue the process is killed."""

    def create(self, place: str, draft: Draft) -> Issue:
        made = super().create(place, draft)
        if len(self.issues) == 1 and self.wrote == [f"create {made.address}"]:
            self.wrote.append("killed")
            raise Killed
        return made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[FileLedger]:
    with FileLedger.open(tmp_path / "state") as opened:
        fill(opened, NAMES)
        yield opened


def interrupted(ledger: FileLedger, **given: object) -> tuple[Desk, Dying]:
    """File the third finding, and be killed before it is told; the others wait as well."""
    forge = Dying()
    here = desk(ledger, forge, **given)
    for name in NAMES:
        here.step(name, Step.APPROVE, "good")
    mine = next(plan for plan in plans(here) if not plan.obstacle)
    with pytest.raises(Killed):
        carry_out(here, mine)
    assert here.lives[mine.finding].state is State.APPROVED
    return here, forge


def test_it_is_told_though_the_cap_of_the_place_is_reached(ledger: FileLedger) -> None:
    here, forge = interrupted(ledger)
    (plan,) = [plan for plan in plans(here) if not plan.obstacle]
    issue = carry_out(here, plan)
    assert isinstance(issue, Issue)
    assert here.lives[plan.finding].state is State.FILED
    assert len(forge.issues) == 1
    assert sent(here, issue.address) == text_digest(issue.body) != digest([])


def test_it_comes_before_others_so_that_the_cap_in_all_holds(ledger: FileLedger) -> None:
    rule = Rule(way=Way.FILE, delay_hours=0, per_week=9, most_per_week=9)
    policy = Policy(targets={TARGET: rule}, all_per_week=1)
    here, forge = interrupted(ledger, policy=policy)
    going = [plan for plan in plans(here) if not plan.obstacle]
    assert [plan.finding for plan in going] == [NAMES[0]]
    carry_out(here, going[0])
    assert len(forge.issues) == 1
    assert [plan for plan in plans(here) if not plan.obstacle] == []


def test_a_refusal_of_the_place_still_wins(ledger: FileLedger) -> None:
    here, forge = interrupted(ledger)
    forge.words = replace(forge.words, refusal="they say stop")
    assert [plan for plan in plans(here) if not plan.obstacle] == []


def test_a_release_that_was_told_by_half_is_told_in_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the steps of an umbrella, whose issue has used up every cap."""
    forge = FakeForge()
    rule = Rule(way=Way.FILE, delay_hours=0)
    with FileLedger.open(tmp_path / "state") as ledger:
        fill(ledger, NAMES, release="2.0")
        here = desk(ledger, forge, policy=Policy(targets={TARGET: rule}, all_per_week=1))
        for name in NAMES:
            here.step(name, Step.APPROVE, "good")
        real, steps = Desk.step, iter(range(3))

        def dying(self: Desk, finding: str, step: Step, why: str, about: str = "") -> object:
            if next(steps, None) is None:
                raise Killed
            return real(self, finding, step, why, about)

        with monkeypatch.context() as patch:
            patch.setattr(Desk, "step", dying)
            with pytest.raises(Killed):
                carry_out(here, next(plan for plan in plans(here) if not plan.obstacle))
        assert sum(life.state is State.FILED for life in here.lives.values()) == 3
        (plan,) = [plan for plan in plans(here) if not plan.obstacle]
        carry_out(here, plan)
        assert {life.state for life in here.lives.values()} == {State.FILED}
        assert len({life.issue for life in here.lives.values()}) == len(forge.issues) == 1
