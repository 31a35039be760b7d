"""Killed anywhere, again and again: nothing is filed, said or told twice, and nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.draft import named
from bot.core.facts import Answered, Retested, Stopped
from bot.core.life import State, Step
from bot.core.policy import Policy, Rule, Way
from bot.ledger.files import FileLedger
from bot.steps.aftercare import care
from bot.steps.board import keep
from bot.steps.desk import Desk
from bot.steps.filing import carry_out, plans
from bot.steps.hearing import hear
from bot.steps.syncing import sync
from tests.unit.steps.forge import FakeForge
from tests.unit.steps.test_filing import AT, NAMES, TARGET, desk, fill

MINE = "me/mine"
WRITES = ("create", "close", "reopen", "edit", "say")


class KilledError(Exception):
    """The process died here."""


def deadly(real: Callable[..., Any], dice: random.Random, rate: float) -> Callable[..., Any]:
    """Return `real`, which now and then dies before it did anything, or just after."""

    def wrapped(*given: object, **more: object) -> object:
        if dice.random() < rate:
            raise KilledError
        came = real(*given, **more)
        if dice.random() < rate:
            raise KilledError
        return came

    return wrapped


def everything(here: Desk) -> None:
    list(sync(here))
    list(hear(here, send=True))
    list(care(here, send=True))
    for plan in tuple(plans(here)):
        carry_out(here, plan)
    keep(here, send=True)


def until_quiet(here: Desk, forge: FakeForge) -> int:
    """Do everything until it is done without a death and nothing is written; returns deaths."""
    deaths = 0
    for _ in range(500):
        before = (len(forge.wrote), len(here.ledger.facts()))
        try:
            everything(here)
        except KilledError:
            deaths += 1
            continue
        if before == (len(forge.wrote), len(here.ledger.facts())):
            return deaths
    raise AssertionError("it never comes to rest")


def unique(values: list[str]) -> bool:
    return all(count == 1 for count in Counter(values).values())


def check(here: Desk, forge: FakeForge) -> None:
    assert unique([named(issue.body) for issue in forge.issues])
    for told in forge.talk.values():
        assert unique([one.body for one in told if one.ours])
    bodies = [fact.body for fact in here.ledger.facts()]
    assert unique([body.where for body in bodies if isinstance(body, Answered)])
    assert all(life.refused == () for life in here.lives.values())


@pytest.fixture(params=range(12))
def dice(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def forge(dice: random.Random, monkeypatch: pytest.MonkeyPatch) -> FakeForge:
    """A forge whose writes, like those of the ledger, are often the last thing that is done."""
    made = FakeForge(writers=frozenset({"ada"}))
    monkeypatch.setattr(Desk, "tell", deadly(Desk.tell, dice, 0.1))
    for name in WRITES:
        monkeypatch.setattr(made, name, deadly(getattr(made, name), dice, 0.15))
    return made


@pytest.fixture
def here(tmp_path: Path, forge: FakeForge) -> Iterator[Desk]:
    """A desk at which three findings were approved by ticks, and filed, with many deaths."""
    rule = Rule(way=Way.FILE, delay_hours=0, per_week=9, most_per_week=9)
    policy = Policy(targets={TARGET: rule}, own=MINE, all_per_week=99)
    with FileLedger.open(tmp_path / "state") as ledger:
        fill(ledger, NAMES[:3])
        made = replace(desk(ledger, forge, policy=policy), now=AT)
        until_quiet(made, forge)
        page = forge.issues[0]
        forge.ticked("ada", page.address, page.body.replace("[ ] approve", "[x] approve"))
        until_quiet(made, forge)
        yield made


def issue(here: Desk, at: int) -> str:
    return here.lives[NAMES[at]].issue


def retest(here: Desk, version: str, reds: int) -> None:
    greens = (("cpu", 0 if reds else 9),)
    body = Retested(finding=NAMES[0], version=version, greens=greens, reds=reds, needed=3)
    here.ledger.tell(body, job=f"retest {version}")


def test_what_is_ticked_is_filed_once(here: Desk, forge: FakeForge) -> None:
    assert {life.state for life in here.lives.values()} == {State.FILED}
    assert len(forge.issues) == 4
    check(here, forge)


def test_a_mend_that_does_not_last_is_closed_opened_and_closed(
    here: Desk, forge: FakeForge
) -> None:
    forge.comment(issue(here, 0), "mia", "fix 2.0", maintainer=True)
    deaths = until_quiet(here, forge)
    for version, reds in (("2.0", 0), ("2.1", 1), ("2.2", 0)):
        retest(here, version, reds)
        deaths += until_quiet(here, forge)
    life = here.lives[NAMES[0]]
    steps = [each.step for each in life.history]
    assert (life.state, forge.read(life.issue).open) == (State.CLOSED, False)
    assert (steps.count(Step.REOPEN), steps.count(Step.CLOSE)) == (1, 2)
    check(here, forge)


def test_orders_are_obeyed_once_and_strangers_are_not(here: Desk, forge: FakeForge) -> None:
    forge.comment(issue(here, 1), "mia", "invalid ours is odd", maintainer=True)
    forge.comment(issue(here, 2), "eve", "stop", maintainer=False)
    until_quiet(here, forge)
    states = [here.lives[name].state for name in NAMES[:3]]
    assert states == [State.FILED, State.INVALID, State.FILED]
    assert not forge.read(issue(here, 1)).open
    check(here, forge)


def test_after_a_stop_nothing_more_is_written_there(here: Desk, forge: FakeForge) -> None:
    forge.comment(issue(here, 2), "mia", "stop", maintainer=True)
    until_quiet(here, forge)
    assert len([f for f in here.ledger.facts() if isinstance(f.body, Stopped)]) == 1
    wrote = len(forge.wrote)
    forge.comment(issue(here, 2), "mia", "expected", maintainer=True)
    retest(here, "2.0", 0)
    until_quiet(here, forge)
    assert [line for line in forge.wrote[wrote:] if MINE not in line] == []
    assert here.lives[NAMES[2]].state is State.EXPECTED
    check(here, forge)


def test_the_deaths_are_real(here: Desk, forge: FakeForge, dice: random.Random) -> None:
    def talk() -> None:
        for at in range(99):
            forge.say(issue(here, 0), f"{at} {dice.random()}")

    with pytest.raises(KilledError):
        talk()
