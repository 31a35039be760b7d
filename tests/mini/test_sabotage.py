"""A test that cannot fail says nothing: each judge of the pipeline is broken once on purpose.

What is broken must show as a difference from what was drawn; unbroken, nothing may show.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core import judge, reduce
from bot.core.finding import Group
from bot.core.judge import Judged
from bot.core.model import Json
from bot.core.outcome import Culprit, Ending, Explanation, Passed
from tests.mini.commit import committed_draw
from tests.mini.compare import differences
from tests.mini.drive import everywhere, only, run
from tests.mini.world import World, write


@pytest.fixture
def world(tmp_path: Path) -> World:
    return write(only(committed_draw(), "drifts", "crashes"), tmp_path)


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A patch that knows all modules: the command is loaded before anything is replaced."""
    pytest.importorskip("bot.cli")
    return monkeypatch


def told(world: World) -> list[str]:
    return differences(world.expected, run(world).report)


def test_unbroken_it_says_what_was_drawn(world: World) -> None:
    assert told(world) == []


def test_a_judge_that_lets_everything_pass_is_noticed(
    world: World, patch: pytest.MonkeyPatch
) -> None:
    def lenient(*_: object, **__: object) -> Judged:
        return Judged(outcome=Passed())

    assert everywhere(patch, judge.judge, lenient) > 1
    assert any("should be regressed, is still-good" in each for each in told(world))


def test_an_explanation_that_names_the_first_package_is_noticed(
    world: World, patch: pytest.MonkeyPatch
) -> None:
    from bot.steps import search  # noqa: PLC0415 - whatever fails to load here is not ours

    def hasty(_house: object, group: Group, *_: object) -> Explanation:
        flip = group.plainest
        name = flip.cell.closure.pins[0].name
        ends = (side.closure.versions[name] for side in (flip.baseline, flip.cell))
        good, bad = ends
        culprit = Culprit(package=name, last_good=good, first_bad=bad)
        return Explanation(ending=Ending.CONCLUSIVE, culprits=(culprit,), kind="crash")

    assert everywhere(patch, search.explain_group, hasty) > 1
    assert any("culprits should be" in each for each in told(world))


def test_a_reduction_that_returns_its_input_is_noticed(
    world: World, patch: pytest.MonkeyPatch
) -> None:
    class Lazy(reduce.Reduce):
        def propose(self) -> tuple[Json, ...]:
            return ()

    assert everywhere(patch, reduce.Reduce, Lazy) > 1
    assert any("the proof still has" in each for each in told(world))


def test_a_plan_that_drops_a_row_is_noticed(world: World) -> None:
    ran = run(world)
    cells, findings = (
        [each for each in ran.report[key] if each["row"] != "drifts"]  # type: ignore[union-attr,index,call-overload]
        for key in ("cells", "findings")
    )
    found = differences(world.expected, {**ran.report, "cells": cells, "findings": findings})
    assert any("drifts: there is no baseline" in each for each in found)
