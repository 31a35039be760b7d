"""Which releases are tried: by lane, by age, and by what is known to be bad."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.blocks import Block
from bot.core.lookout import Lookout
from bot.core.model import Component, Release, Role
from bot.core.ripe import blocked, lane_of, lane_way, ripe, ripe_at

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TEA = Component(name="tea", role=Role.ENGINE, source="pypi", package="tea", upstream="")


def release(version: str, days: float | None = 30, *, early: bool = False) -> Release:
    uploaded = None if days is None else NOW - timedelta(days=days)
    return Release(component="tea", version=version, uploaded=uploaded, origin="", early=early)


def versions(component: Component, *releases: Release) -> list[str]:
    return [one.version for one in ripe(component, releases, NOW)]


LINE = (release("1.0"), release("1.1rc1"), release("1.1.dev1"), release("what"))


@pytest.mark.parametrize(
    ("lanes", "kept"),
    [
        ((), ["1.0", "what"]),
        ((("rc", "test"),), ["1.0", "1.1rc1", "what"]),
        ((("nightly", "test"),), ["1.0", "1.1.dev1", "what"]),
        ((("stable", "tell"), ("rc", "test")), ["1.1rc1", "what"]),
    ],
)
def test_lanes(lanes: tuple[tuple[str, str], ...], kept: list[str]) -> None:
    assert versions(replace(TEA, lookout=Lookout(lanes=lanes)), *LINE) == kept


def test_prereleases_of_old_mean_every_lane() -> None:
    every = replace(TEA, prereleases=True)
    assert versions(every, *LINE) == ["1.0", "1.1rc1", "1.1.dev1", "what"]
    assert [lane_way(every, each) for each in ("stable", "rc", "nightly")] == ["test"] * 3
    assert [lane_way(TEA, each) for each in ("stable", "rc", "nightly", "")] == [
        "test", "tell", "off", "tell",
    ]  # fmt: skip


def test_a_source_may_call_a_release_early_by_itself() -> None:
    assert lane_of(TEA, release("1.0", early=True)) == "rc"
    assert lane_of(TEA, release("1.0.dev1", early=True)) == "nightly"
    assert versions(TEA, release("1.0", early=True)) == []


def test_a_release_has_to_be_as_old_as_it_is_said_and_without_a_date_it_is_not() -> None:
    patient = replace(TEA, lookout=Lookout(min_age_days=7))
    given = (release("1.0", 8), release("1.1", 7), release("1.2", 6.9), release("1.3", None))
    assert versions(patient, *given) == ["1.0", "1.1"]
    assert versions(TEA, *given) == ["1.0", "1.1", "1.2", "1.3"]
    assert ripe_at(patient, given[2]) == NOW + timedelta(days=0.1)
    assert ripe_at(patient, given[3]) is None


def test_what_is_named_exactly_needs_no_age_and_no_lane_but_may_not_be_bad() -> None:
    exact = replace(TEA, follow=("==2.0rc1", "==2.1"), lookout=Lookout(min_age_days=7))
    bad = replace(exact, skip=(Block(span="2.1", reason="bad"),))
    given = (release("2.0rc1", 0), release("2.1", None), release("2.2", 0))
    assert versions(exact, *given) == ["2.0rc1", "2.1"]
    assert versions(bad, *given) == ["2.0rc1"]


@pytest.mark.parametrize(
    ("block", "holds"),
    [
        (Block(span="1.4.2", reason="r"), True),
        (Block(span="1.4", reason="r"), False),
        (Block(span=">=1.4,<1.5", reason="r"), True),
        (Block(span="~=1.4.0", reason="r", owner="@me"), True),
        (Block(span="<1.4", reason="r"), False),
        (Block(span="1.4.2", reason="r", expires=NOW.date()), True),
        (Block(span="1.4.2", reason="r", expires=date(2026, 11, 23)), False),
    ],
)
def test_what_is_known_to_be_bad(block: Block, *, holds: bool) -> None:
    tea = replace(TEA, skip=(block,))
    found = blocked(tea, release("1.4.2"), NOW.date())
    assert (found == block) is holds
    assert (found is None) is not holds
