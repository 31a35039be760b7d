"""A couple that moves together, and which of the two did it: releases between the ends tell.

From its third release on, `lead` wants a `part` of 4 or newer, and before that an older one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.core.explain import Explain
from bot.core.outcome import Ending, Explanation
from bot.core.trial import Told, Trial
from tests.unit.core.test_explain import closure, run

GOOD = closure(lead="1", part="1", other="1", idle="1")
BAD = closure(lead="4", part="6", other="2", idle="2")
RELEASES = {"lead": list("1234"), "part": list("123456")}


def told(trial: Trial, broken: Callable[[Mapping[str, int]], bool]) -> Told:
    near, far = (GOOD, BAD) if trial.lean == "good" else (BAD, GOOD)
    pins = dict(trial.versions)
    versions = {**near.versions, **pins}
    free = next((name for name in ("part", "lead") if name not in pins), "")
    if (versions["lead"] >= "3") != (versions["part"] >= "4"):
        if not free:
            return Told(signature=None, why="they exclude each other")
        versions[free] = far.versions[free]
    numbers = {name: int(version) for name, version in versions.items()}
    return Told(signature="odd" if broken(numbers) else "ok", versions=versions)


def explain(broken: Callable[[Mapping[str, int]], bool]) -> Explanation:
    machine = Explain(
        good=GOOD,
        bad=BAD,
        releases=RELEASES,
        requires={"lead": ["part"]},
        roots=frozenset({"lead"}),
    )
    return run(machine, lambda trial: told(trial, broken))


@pytest.mark.parametrize(
    ("broken", "culprit"),
    [
        (lambda v: v["part"] >= 6, ("part", "5", "6")),
        (lambda v: v["part"] >= 5, ("part", "4", "5")),
        (lambda v: v["part"] >= 2, ("part", "1", "2")),
        (lambda v: v["part"] >= 4, ("lead", "2", "3")),
        (lambda v: v["lead"] >= 3, ("lead", "2", "3")),
        (lambda v: v["lead"] >= 4, ("lead", "3", "4")),
        (lambda v: v["lead"] >= 2, ("lead", "1", "2")),
    ],
)
def test_the_one_that_turns_by_itself_is_named(
    broken: Callable[[Mapping[str, int]], bool], culprit: tuple[str, str, str]
) -> None:
    found = explain(broken)
    assert found.ending is Ending.CONCLUSIVE
    assert [(c.package, c.last_good, c.first_bad) for c in found.culprits] == [culprit]
    names = {each.package for each in found.moves_with}
    assert names == {"lead", "part"} - {culprit[0]}


def test_beside_another_culprit_as_well() -> None:
    found = explain(lambda v: v["part"] >= 5 and v["other"] >= 2)
    assert found.ending is Ending.INTERACTION
    assert [(c.package, c.first_bad) for c in found.culprits] == [("other", "2"), ("part", "5")]
