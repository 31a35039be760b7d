"""What a maintainer asks to be tested is tested in containers only, alone against the baseline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.facts import Drafted, Queued
from bot.steps.house import House
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import DAY, Said, bodies, later
from tests.unit.steps.rooms import FakeEnv
from tests.unit.steps.test_view import World, run


@pytest.fixture
def world() -> World:
    made = World(e=["1", "2"])
    made.bad = {"2"}
    return made


def asked(world: World, env: str, *versions: str) -> House:
    """Run once, then let somebody ask for versions, and run again where cells run in `env`."""
    home = world.house()
    first = replace(home, env=FakeEnv(guest=world.guest, name=env))
    run(first)
    (drafted,) = [body for body in bodies(first) if isinstance(body, Drafted)]
    again = later(first)
    for version in versions:
        told = Queued(finding=drafted.finding, version=version, who="mia", at=DAY, where=version)
        again.tell(told, job=f"track {drafted.finding} life {version}")
    run(again)
    return again


def triggers(home: House) -> list[str]:
    return [each.trigger for each in planned_of(home)]


def test_a_container_tests_it_once(world: World) -> None:
    home = asked(world, "docker", "1.5", "1.5", "2")
    assert triggers(home).count("e==1.5") == 1
    assert triggers(home).count("e==2") == 1
    (cell,) = [each.cell for each in planned_of(home) if each.trigger == "e==1.5"]
    assert cell is not None
    assert cell.components == (("e", "1.5"),)


def test_elsewhere_it_waits_and_says_so(world: World) -> None:
    home = asked(world, "uv", "1.5")
    assert "e==1.5" not in triggers(home)
    assert isinstance(home.progress, Said)
    assert "e 1.5 waits to be tested: only in containers" in home.progress.notes
