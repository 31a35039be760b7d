from __future__ import annotations

from bot.steps.changes import BROKEN, FIXED
from tests.unit.steps.fakes import later
from tests.unit.steps.test_view import World, run


def test_each_change_is_told_in_its_run_and_stays() -> None:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    home = world.house()
    first = run(home)
    (finding,) = first.findings
    assert [(one.run, one.kind, one.name) for one in first.changes] == [
        (1, BROKEN, finding.finding)
    ]
    assert first.changes[0].title.startswith("e 2: ")
    second = run(later(home))
    assert [(one.run, one.kind) for one in second.changes] == [(1, BROKEN)]
    assert second.changes[0].title == first.changes[0].title


def test_a_repair_is_a_change() -> None:
    world = World(e=["1", "2"])
    world.bad = {"1"}
    assert [one.kind for one in run(world.house()).changes] == [FIXED]
