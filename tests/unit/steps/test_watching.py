"""Every misspelling is told at once, with its place; a source that is down is lived with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.blocks import Block
from bot.core.facts import ReleaseSeen
from bot.core.lookout import Lookout
from bot.core.matrix import Exclusion, Row
from bot.core.news import Kind
from bot.errors import ConfigError, SourceError, UnknownPackageError
from bot.pipeline import plan, watch
from bot.steps.house import House
from bot.steps.verdicts import planned_of
from bot.steps.watching import announced, line, tried
from tests.unit.steps.fakes import DAY, FakeSource, Said, bodies, component, house, later, release

INDEX = {"engine": ["1.0", "2.0", "3.0rc1"], "client": ["0.1", "0.2"]}


def silent(home: House, name: str, trouble: SourceError) -> House:
    source = FakeSource(index=INDEX, silent={name: trouble})
    return replace(home, sources={"fake": source})


def test_every_release_becomes_a_fact_once() -> None:
    home = house(INDEX)
    assert len(watch(home)) == 5
    assert len([body for body in bodies(home) if isinstance(body, ReleaseSeen)]) == 5
    assert watch(later(home)) == ()


def test_a_release_that_is_yanked_is_told_again() -> None:
    home = house(INDEX)
    watch(home)
    known = home.memory.releases["engine", "1.0"]
    home.memory.releases["engine", "1.0"] = replace(known, yanked="then it was")
    (told,) = watch(home)
    assert (told.kind, told.release, told.why) == (
        Kind.RESTORED,
        release("engine", "1.0"),
        "it was then it was",
    )


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    row = Row(name="row", components=("engine",), suite=("x",), baseline=(("engine", "0.7"),))
    components = {
        "engine": component("engine", "==9.9", "newest"),
        "client": component("client", "previous"),
        "lost": component("lost", package="nobody"),
    }
    home = house({**INDEX, "client": ["0.1"]}, row=row, components=components)
    places: dict[tuple[str | int, ...], tuple[int, int]] = {
        ("components", "engine", "follow", 0): (7, 14),
        ("stacks", "row", "baseline", "engine"): (20, 30),
        ("components", "lost"): (12, 3),
    }
    source = FakeSource(
        index={**INDEX, "client": ["0.1"]}, silent={"lost": UnknownPackageError("no such package")}
    )
    home = replace(home, sources={"fake": source}, matrix=replace(home.matrix, places=places))
    with pytest.raises(ConfigError) as told:
        announced(home)
    said = {(each.line, each.column): each.what for each in told.value.problems}
    assert said == {
        (7, 14): "component `engine` never had a version 9.9",
        (20, 30): "the baseline of `row` wants engine 0.7, which never was",
        (12, 3): "component `lost`: the index has no package `nobody`",
        (1, 1): "component `client` has no release that `follow` would choose",
    }
    assert all(each.cure for each in told.value.problems)


def test_a_source_that_is_down_is_lived_with_where_the_component_is_known() -> None:
    home = house(INDEX)
    watch(home)
    down = silent(home, "engine", SourceError("the index does not answer"))
    assert set(announced(down)) == {"client"}
    assert watch(down) == ()
    assert line(down, component("engine")) == ("1.0", "2.0")
    assert isinstance(down.progress, Said)
    assert any("does not answer" in note for note in down.progress.notes)


def test_a_source_that_is_down_on_the_first_day_ends_the_run() -> None:
    home = silent(house(INDEX), "engine", SourceError("the index does not answer"))
    with pytest.raises(SourceError, match="does not answer"):
        announced(home)


def test_what_is_followed_is_oldest_first_and_without_what_is_skipped() -> None:
    home = house(INDEX)
    watch(home)
    assert line(home, component("engine")) == ("1.0", "2.0")
    assert line(home, component("engine", skip=(Block(span="2.0", reason="bad"),))) == ("1.0",)


def test_what_is_only_watched_may_be_silent_is_told_and_gets_no_cell() -> None:
    image = component("client", driver="")
    row = Row(name="row", components=("engine",), suite=("family",))
    home = house(INDEX, row=row, components={"engine": component("engine"), "client": image})
    down = silent(home, "client", SourceError("the registry does not answer"))
    assert {each.release.component for each in watch(down)} == {"engine"}
    assert {each.release.component for each in watch(home)} == {"client"}
    assert [one.name for one in tried(home)] == ["engine"]
    plan(home)
    assert isinstance(home.progress, Said)
    told = [note for note in home.progress.notes if "only watched" in note]
    assert told == ["client: no cell: nothing here installs what is only watched"]
    assert {name for each in planned_of(home) if each.cell for name, _ in each.cell.components} == {
        "engine"
    }


def test_a_skip_that_expired_is_told_with_its_owner() -> None:
    over = Block(span="2.0", reason="bad", owner="@me", expires=DAY.date() - timedelta(days=1))
    tea = {"engine": component("engine", skip=(over,)), "client": component("client")}
    home = house(INDEX, components=tea)
    watch(home)
    assert isinstance(home.progress, Said)
    (told,) = home.progress.notes
    entry = f"`components.engine.skip.2.0` (@me) expired on {over.expires}"
    assert told == f"{entry}: what it left out is tried again"
    assert line(home, tea["engine"]) == ("1.0", "2.0")


def test_an_exclusion_that_expired_is_told_as_well() -> None:
    rule = Exclusion(
        name="old",
        cells=(("engine", "<2"),),
        reason="r",
        owner="@me",
        expires=DAY.date() - timedelta(days=1),
    )
    home = house(INDEX)
    over = replace(home, matrix=replace(home.matrix, exclusions=(rule,)))
    watch(over)
    assert isinstance(over.progress, Said)
    (told,) = over.progress.notes
    assert told.startswith("`exclude.old` (@me) expired on")


def test_a_minimum_age_counts_to_the_day_of_the_run() -> None:
    home = house(INDEX)
    watch(home)
    young = component("engine", lookout=Lookout(min_age_days=1))
    assert line(home, young) == ()
    older = replace(home, clock=lambda: DAY + timedelta(days=1))
    assert line(older, young) == ("1.0", "2.0")
