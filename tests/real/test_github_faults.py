"""Whatever goes wrong on the way to GitHub, no finding gets two issues."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.core.draft import named
from bot.errors import SourceError
from bot.trackers.github import GitHub
from tests.real.github_recorder import Call
from tests.real.github_world import World
from tests.real.test_github import draft, github, there, whole  # noqa: F401 - two are fixtures

pytestmark = [pytest.mark.real, pytest.mark.network]


def test_no_finding_gets_two_issues(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """Each exchange, read or write, is cut, answered by another or lost, one time in three."""
    dice = random.Random(20261123)
    faults = ("before", "after", 403, 429, 500, 502, 503)
    planted = 0

    def fault(_: Call) -> str | int:
        nonlocal planted
        if dice.random() > 1 / 3:
            return ""
        planted += 1
        return dice.choice(faults)

    there.recorder.fault = fault
    names = [f"{at:016x}" for at in range(24)]
    for name in names:
        for _ in range(60):
            with suppress(SourceError):
                github(tmp_path).create(there.place, draft(there, name))
                break
    assert planted >= 50
    told = [named(issue["body"]) for issue in there.issues()]
    assert sorted(told) == names


def test_nothing_is_said_twice(
    there: World,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """The same faults, while twelve words are said, and the issue is edited, closed, opened."""
    address = github(tmp_path).create(there.place, draft(there)).address
    dice = random.Random(20261124)
    faults = ("before", "after", 403, 429, 500, 502, 503)
    planted = 0

    def fault(_: Call) -> str | int:
        nonlocal planted
        if dice.random() > 1 / 3:
            return ""
        planted += 1
        return dice.choice(faults)

    def surely(act: Callable[[GitHub], object]) -> None:
        for _ in range(60):
            with suppress(SourceError):
                act(github(tmp_path))
                return

    there.recorder.fault = fault
    words = [f"word {at}" for at in range(12)]
    for word in words:
        surely(lambda forge, word=word: forge.say(address, word))  # type: ignore[misc]
        surely(lambda forge: forge.close(address, comment="the end", done=True))
        surely(lambda forge: forge.reopen(address))
    assert planted >= 50
    there.recorder.fault = lambda _: ""
    told = there.ask("GET", f"/repos/{there.place}/issues/1/comments")
    assert sorted(one["body"] for one in told) == sorted([*words, "the end"])
    (issue,) = there.issues()
    assert issue["state"] == "open"
