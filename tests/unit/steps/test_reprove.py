"""The proof of what waits to be filed is run again, at most twice a day, and may stop holding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import pipeline
from bot.core.facts import Drafted, Moved, Reduced, Reproved
from bot.core.life import Step
from bot.steps.house import House
from bot.steps.prove import holds
from bot.steps.reprove import reprove
from tests.unit.steps.fakes import DAY, FakeShell, bodies, later
from tests.unit.steps.test_view import World, run


def reduced(search: str, home: House, *, verified: bool = True) -> Reduced:
    return Reduced(
        finding=search,
        request="",
        repro=home.ledger.keep(b"print()"),
        fails="uv run fails",
        passes="uv run passes",
        verified=verified,
        calls=1,
    )


def shell(*good: str) -> FakeShell:
    """Every command whose last word is in `good` passes; the others fail as a proof does."""

    def end(argv: Sequence[str]) -> int:
        return 0 if argv[-1] in good else 1

    return FakeShell(end=end)


@pytest.mark.parametrize(
    ("good", "holding"), [(("passes",), True), ((), False), (("passes", "fails"), False)]
)
def test_a_proof_holds_where_both_commands_do_what_they_say(
    good: tuple[str, ...], holding: bool
) -> None:
    world = World(e=["1", "2"])
    home = replace(world.house(), shell=shell(*good))
    assert holds(home, reduced("f", home)) is holding


def at(home: House, when: datetime) -> list[bool]:
    """Run the proofs again at a time, and return what was told of each so far."""
    house = replace(home, clock=lambda: when)
    reprove(house, pipeline.explain(house, pipeline.judge(house)))
    return [body.holds for body in bodies(house) if isinstance(body, Reproved)]


def world_with(*, verified: bool, approved: bool) -> House:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    home = replace(world.house(), shell=shell("passes"))
    run(home)
    (drafted,) = [body for body in bodies(home) if isinstance(body, Drafted)]
    (cause,) = pipeline.explain(home, pipeline.judge(home))
    again = later(home)
    again.tell(reduced(cause.search, again, verified=verified), job=f"reduce {cause.search}")
    if approved:
        told = Moved(finding=drafted.finding, step=Step.APPROVE, who="you", at=DAY, why="good")
        again.tell(told, job=f"track {drafted.finding} life")
    pipeline.plan(again)
    return again


def test_it_is_run_again_when_it_is_old() -> None:
    home = world_with(verified=True, approved=True)
    assert at(home, DAY + timedelta(hours=3)) == []
    assert at(home, DAY + timedelta(hours=20)) == [True]
    assert at(home, DAY + timedelta(hours=24)) == [True]
    broken = replace(home, shell=shell())
    assert at(broken, DAY + timedelta(hours=40)) == [True, False]


@pytest.mark.parametrize(("verified", "approved"), [(False, True), (True, False)])
def test_what_is_not_to_be_filed_costs_nothing(verified: bool, approved: bool) -> None:
    home = world_with(verified=verified, approved=approved)
    assert at(home, DAY + timedelta(days=9)) == []
