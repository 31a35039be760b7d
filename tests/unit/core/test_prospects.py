"""What a regression would lead to, in words that promise no more than the policy allows."""

from __future__ import annotations

import pytest

from bot.core.model import Component, Role
from bot.core.policy import Policy, Rule, Way
from bot.core.prospects import prospect

HUB, ELSEWHERE = "https://github.com/o/tea", "https://example.org/tea"


def told(way: Way, upstream: str = HUB, own: str = "") -> str:
    tea = Component(name="tea", role=Role.ENGINE, source="pypi", package="tea", upstream=upstream)
    return str(prospect(tea, Policy(targets={upstream: Rule(way=way)}, own=own)))


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (Way.OFF, "tea -> no draft (off)"),
        (Way.DRAFT, f"tea -> draft only (outbox), for {HUB}"),
        (Way.PRESS, f"tea -> draft, then a filled form at o/tea that a person sends, for {HUB}"),
        (Way.FILE, f"tea -> draft, then an issue at o/tea once it is approved, for {HUB}"),
    ],
)
def test_each_way_says_how_far_it_goes(way: Way, line: str) -> None:
    assert told(way) == line


def test_own_names_the_repository_or_that_there_is_none() -> None:
    assert told(Way.OWN, own="me/mine") == f"tea -> draft, then an issue in me/mine, for {HUB}"
    assert "which is not named" in told(Way.OWN)


@pytest.mark.parametrize("way", [Way.PRESS, Way.FILE])
def test_what_is_not_on_github_stays_a_draft(way: Way) -> None:
    line = f"tea -> draft only (outbox): its target is no repository on GitHub, for {ELSEWHERE}"
    assert told(way, ELSEWHERE) == line


def test_a_project_that_asks_for_people_gets_a_form() -> None:
    name = "https://github.com/vllm-project/vllm"
    one = Component(name="vllm", role=Role.ENGINE, source="pypi", package="vllm", upstream=name)
    assert prospect(one, Policy()).way is Way.PRESS
