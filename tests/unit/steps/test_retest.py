"""Each newer release is a test of what was filed, and what is remembered makes that possible."""

from __future__ import annotations

import pytest

from bot.core.carried import Carried
from bot.core.facts import CellDone, Drafted, Moved, Observed, Retested
from bot.core.life import Step
from bot.core.model import Role
from bot.core.traits import leaks
from bot.steps.house import House
from tests.unit.steps.fakes import DAY, bodies, later
from tests.unit.steps.test_view import World, run


def filed(home: House) -> str:
    """Say that the one draft of a house was filed; returns its finding."""
    (drafted,) = [body for body in bodies(home) if isinstance(body, Drafted)]
    for step, about in ((Step.APPROVE, ""), (Step.FILE, "https://github.com/o/r/issues/1")):
        moved = Moved(finding=drafted.finding, step=step, who="you", at=DAY, why="so", about=about)
        home.tell(moved, job=f"track {drafted.finding} life {step}")
    return drafted.finding


def retests(home: House) -> list[tuple[str, int, int]]:
    """Return what was told of newer releases: version, least greens, reds."""
    told = [body for body in bodies(home) if isinstance(body, Retested)]
    return [(one.version, min(count for _, count in one.greens), one.reds) for one in told]


@pytest.fixture
def world() -> World:
    made = World(e=["1", "2"])
    made.bad = {"2"}
    return made


def test_a_newer_release_tests_the_mend_and_is_told_once(world: World) -> None:
    home = world.house()
    run(home)
    filed(home)
    again = later(home)
    run(again)
    assert retests(again) == [], "the accused release itself is no test"
    world.index["e"].append("3")
    third = later(again)
    run(third)
    ((version, greens, reds),) = retests(third)
    assert (version, reds) == ("3", 0)
    assert greens >= 2, "each sequence is a fresh engine"
    fourth = later(third)
    run(fourth)
    assert retests(fourth) == retests(third)


def test_a_release_that_shows_it_still_is_red(world: World) -> None:
    home = world.house()
    run(home)
    filed(home)
    world.index["e"].append("3")
    world.bad.add("3")
    again = later(home)
    run(again)
    ((version, greens, reds),) = retests(again)
    assert (version, greens) == ("3", 0)
    assert reds > 0


def test_what_nobody_filed_is_not_watched(world: World) -> None:
    home = world.house()
    run(home)
    world.index["e"].append("3")
    again = later(home)
    run(again)
    assert retests(again) == []


def test_what_is_remembered_of_a_draft(world: World) -> None:
    home = world.house()
    run(home)
    (drafted,) = [body for body in bodies(home) if isinstance(body, Drafted)]
    told = drafted.traits
    assert (told.row, told.package, told.last_good, told.first_bad) == ("row", "e", "1", "2")
    assert (told.probes, told.link, told.watched) == (("p",), "text", ("cpu",))
    engine = home.matrix.components["e"].role is Role.ENGINE
    assert (told.tiny, told.private) == (engine, False)


@pytest.mark.parametrize(
    ("value", "leak"),
    [
        ({"foreign canary": [[0, 0, 1]]}, True),
        ({"foreign canary": []}, False),
        ("foreign canary", False),
        (None, False),
    ],
)
def test_words_of_another_session_are_a_leak(
    value: dict[str, list[int]] | None, leak: bool
) -> None:
    assert leaks([("text", value), ("message", "hi")]) is leak  # type: ignore[list-item]


def test_an_answer_that_was_carried_over_mends_nothing(world: World) -> None:
    home = world.house()
    run(home)
    filed(home)
    world.index["e"].append("3")
    again = later(home)
    run(again)
    assert retests(again)[-1][1] >= 2
    cell = next(one for one in again.memory.stacks.values() if one.closure.version("e") == "3")
    for probe, (one, *_) in list(again.memory.cells[cell.key].seen.items()):
        seen = Observed(cell=cell.key, probe=probe, sequence="carried", observation=one)
        told = Carried(cell=cell.key, source="x", moved=("c",), probes=(probe,), since=1)
        done = CellDone(cell=cell.key, environment="fake", seconds=1)
        for body in (seen, told, done):
            again.tell(body, job=cell.key, attempt=9)
    again.memory.stacks["x"] = cell
    last = later(again)
    run(last)
    assert retests(last)[-1] == ("3", 0, 0)
