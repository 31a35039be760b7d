"""The dashboard kept: whose ticks count, each answered once, and nothing written for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.facts import Answered, Body, Drafted, Fact
from bot.core.life import State
from bot.core.policy import Policy
from bot.core.traits import Traits
from bot.errors import UsageError
from bot.forge import Issue
from bot.ledger.files import FileLedger
from bot.steps.board import keep
from bot.steps.desk import Desk
from tests.unit.steps.forge import FakeForge
from tests.unit.steps.test_filing import NAMES, TARGET, desk, fill

ONE, TWO = NAMES[:2]
MINE = "me/mine"
ADDRESS = f"https://github.com/{MINE}/issues/1"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[FileLedger]:
    with FileLedger.open(tmp_path / "state") as opened:
        fill(opened, NAMES[:3])
        yield opened


@pytest.fixture
def forge() -> FakeForge:
    return FakeForge(writers=frozenset({"ada"}))


def at(ledger: FileLedger, forge: FakeForge, **given: object) -> Desk:
    return desk(ledger, forge, **{"policy": Policy(own=MINE), **given})


def tick(forge: FakeForge, who: str, word: str = "approve", finding: str = ONE) -> None:
    body = forge.read(ADDRESS).body
    assert f"[ ] {word} <!-- {word} {finding}" in body
    changed = body.replace(f"[ ] {word} <!-- {word} {finding}", f"[x] {word} <!-- {word} {finding}")
    forge.ticked(who, ADDRESS, changed)


def test_it_is_made_once_and_written_only_where_it_changed(
    ledger: FileLedger, forge: FakeForge
) -> None:
    here = at(ledger, forge)
    assert keep(here, send=False).line == f"would be filed at {MINE}"
    assert forge.wrote == []
    assert keep(here, send=True).line == f"{ADDRESS} was made"
    assert keep(here, send=True).line == f"{ADDRESS} is as it should be"
    forge.put(ADDRESS, body=forge.read(ADDRESS).body.replace("\n", "\r\n"))
    assert keep(here, send=True).line == f"{ADDRESS} is as it should be"
    assert forge.wrote == [f"create {ADDRESS}"]


def test_a_tick_of_somebody_with_the_right_is_obeyed_and_answered_once(
    ledger: FileLedger, forge: FakeForge
) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada")
    kept = keep(here, send=True)
    assert kept.answers == (f"2026-11-23 13:00 ada, approve {ONE}: it is approved",)
    life = here.lives[ONE]
    assert (life.state, life.history[-1].who) == (State.APPROVED, "ada")
    page = forge.read(ADDRESS).body
    assert "[x]" not in page
    assert "Answers to ticks" in page
    assert keep(here, send=True) == replace(kept, answers=(), line=f"{ADDRESS} is as it should be")
    assert len([fact for fact in ledger.facts() if isinstance(fact.body, Answered)]) == 1


@pytest.mark.parametrize(
    ("who", "says"), [("eve", "may not write here"), ("", "nobody can tell who ticked it")]
)
def test_other_ticks_are_not_obeyed_and_say_so(
    ledger: FileLedger, forge: FakeForge, who: str, says: str
) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, who)
    (answer,) = keep(here, send=True).answers
    assert says in answer
    assert here.lives[ONE].state is State.DRAFTED
    assert "[x]" not in forge.read(ADDRESS).body
    assert says in forge.read(ADDRESS).body


def test_without_a_history_no_tick_is_obeyed(ledger: FileLedger, forge: FakeForge) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada")
    forge.history.clear()
    (answer,) = keep(here, send=True).answers
    assert "nobody can tell" in answer
    assert here.lives[ONE].state is State.DRAFTED


def test_a_dry_run_answers_a_tick_once_and_writes_nothing(
    ledger: FileLedger, forge: FakeForge
) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada", "reject")
    assert len(keep(here, send=False).answers) == 1
    assert keep(here, send=False).answers == ()
    assert forge.wrote == [f"create {ADDRESS}"]
    assert here.lives[ONE].state is State.WITHDRAWN


def test_a_tick_that_came_too_late_says_so(ledger: FileLedger, forge: FakeForge) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada")
    tick(forge, "ada", "reject")
    first, second = keep(here, send=True).answers
    assert first.endswith("it is approved")
    assert second.endswith("it is withdrawn")
    tick(forge, "ada", "approve", TWO)
    forge.history[ADDRESS].pop()
    assert "nobody can tell" in keep(here, send=True).answers[0]


def test_after_an_interruption_it_is_answered_and_not_taken_twice(
    ledger: FileLedger, forge: FakeForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada")

    real = Desk.tell

    def killed(self: Desk, body: Body, finding: str) -> Fact:
        if isinstance(body, Answered):
            raise KeyboardInterrupt
        return real(self, body, finding)

    monkeypatch.setattr(Desk, "tell", killed)
    with pytest.raises(KeyboardInterrupt):
        keep(here, send=True)
    monkeypatch.setattr(Desk, "tell", real)
    assert here.lives[ONE].state is State.APPROVED
    (answer,) = keep(here, send=True).answers
    assert answer.endswith("it is approved")
    assert len(here.lives[ONE].history) == 4


def test_what_somebody_ticks_meanwhile_is_not_lost(ledger: FileLedger, forge: FakeForge) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada")
    real, left = forge.read, ["once"]

    def read(address: str) -> Issue:
        if left:
            left.pop()
            body = real(address).body
            forge.ticked(
                "ada",
                address,
                body.replace(f"[ ] reject <!-- reject {TWO}", f"[x] reject <!-- reject {TWO}"),
            )
        return real(address)

    forge.read = read  # type: ignore[method-assign]
    assert len(keep(here, send=True).answers) == 2
    assert here.lives[TWO].state is State.WITHDRAWN


@pytest.mark.parametrize("what", ["switch", "label"])
def test_a_stop_writes_nothing(ledger: FileLedger, forge: FakeForge, what: str) -> None:
    forge.label = "stop!" if what == "label" else ""
    here = at(ledger, forge, stop=lambda: "off" if what == "switch" else "")
    assert "nothing was written" in keep(here, send=True).line
    assert forge.wrote == []


def test_a_strangers_page_is_not_obeyed(ledger: FileLedger, forge: FakeForge) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    forge.put(ADDRESS, ours=False, author="eve")
    tick(forge, "ada")
    with pytest.raises(UsageError, match="eve wrote it"):
        keep(here, send=True)
    assert here.lives[ONE].state is State.DRAFTED


def test_a_closed_page_is_left_alone(ledger: FileLedger, forge: FakeForge) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    forge.put(ADDRESS, open=False)
    assert "open it to have a dashboard" in keep(here, send=True).line


def test_without_a_repository_it_says_what_to_do(ledger: FileLedger, forge: FakeForge) -> None:
    with pytest.raises(UsageError, match="no repository") as caught:
        keep(at(ledger, forge, policy=Policy()), send=True)
    assert "own:" in caught.value.cure


def test_what_may_be_a_leak_is_not_shown(ledger: FileLedger, forge: FakeForge) -> None:
    private = Drafted(
        finding=TWO, target=TARGET, title="leaks!", body="", traits=Traits(private=True)
    )
    ledger.tell(private, job=f"track {TWO}", attempt=1)
    keep(at(ledger, forge), send=True)
    page = forge.read(ADDRESS).body
    assert TWO not in page
    assert "leaks!" not in page
    assert "1 more may be no matter for the public" in page


def test_a_page_that_is_edited_all_the_time_is_left_for_later(
    ledger: FileLedger, forge: FakeForge
) -> None:
    here = at(ledger, forge)
    keep(here, send=True)
    tick(forge, "ada")
    real = forge.read

    def read(address: str) -> Issue:
        forge.ticked("eve", address, f"{real(address).body}more\n")
        return real(address)

    forge.read = read  # type: ignore[method-assign]
    with pytest.raises(UsageError, match="is being edited"):
        keep(here, send=True)
    assert here.lives[ONE].state is State.APPROVED
