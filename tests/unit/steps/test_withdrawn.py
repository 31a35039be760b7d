"""What is yanked, swapped or gone after it was tested: said at once, and told in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from bot.core.facts import RunEnded
from bot.core.model import Component, Release
from bot.core.news import VANISHED
from bot.core.phrases import gone
from bot.core.urgency import Budget, Why
from bot.pipeline import execute, judge, plan, render, watch
from bot.steps.delta import delta
from bot.steps.house import House
from bot.steps.urgent import chosen, waiting
from bot.steps.verdicts import planned_of
from bot.steps.watching import line
from tests.unit.steps.fakes import Said, component, house, later, release

INDEX = {"engine": ["1.0", "2.0", "3.0"]}
Change = Callable[[Release], Release | None]


class Changed:
    """Announces the index, one release of it otherwise than before."""

    def __init__(self, version: str, change: Change) -> None:
        self.version = version
        self.change = change

    def releases(self, component: Component) -> Iterable[Release]:
        every = (
            replace(release(component.name, one), files=(("f", "x"),)) for one in INDEX["engine"]
        )
        told = (self.change(one) if one.version == self.version else one for one in every)
        return [one for one in told if one]


def after(version: str, change: Change) -> House:
    home = replace(house(INDEX), sources={"fake": Changed("", lambda one: one)})
    watch(home)
    plan(home)
    assert any(each.cell for each in planned_of(home))
    home = replace(later(home), sources={"fake": Changed(version, change)})
    assert isinstance(home.progress, Said)
    home.progress.notes.clear()
    watch(home)
    return home


@pytest.mark.parametrize(
    ("change", "note", "reason"),
    [
        (lambda one: replace(one, yanked="bad"), "was tested here and is yanked now: bad", "bad"),
        (lambda one: replace(one, yanked=""), "is yanked now: no reason given", ""),
        (lambda _: None, f"which was tested here: {VANISHED}", VANISHED),
    ],
)
def test_what_is_withdrawn_is_said_and_stands_in_the_report(
    change: Change, note: str, reason: str
) -> None:
    home = after("2.0", change)
    assert isinstance(home.progress, Said)
    assert [one for one in home.progress.notes if note in one] == home.progress.notes != []
    assert [(one.version, one.yanked) for one in delta(home, (), ()).withdrawn] == [("2.0", reason)]
    assert line(home, component("engine")) == ("1.0", "3.0")
    again = later(home)
    watch(again)
    assert delta(again, (), ()).withdrawn == ()


def whole(home: House) -> House:
    """Do a run as far as judging, and end it."""
    watch(home)
    plan(home)
    execute(home)
    home.tell(RunEnded(newly_broken=0), job="run end")
    return home


def first() -> House:
    return whole(replace(house(INDEX), sources={"fake": Changed("", lambda one: one)}))


def yanked(home: House, reason: str = "bad", version: str = "2.0") -> House:
    source = Changed(version, lambda one: replace(one, yanked=reason))
    return replace(later(home), sources={"fake": source})


def test_a_yanked_release_is_asked_once_more_and_says_so() -> None:
    home = first()
    cells = {each.trigger: each.cell for each in planned_of(home)}
    again = yanked(home)
    watch(again)
    plan(again)
    assert [one.why for one in waiting(again)] == [Why.YANKED]
    (asked,) = chosen(again)
    assert asked == cells["engine==2.0"]
    assert execute(again) == 1
    again.tell(RunEnded(newly_broken=0), job="run end")
    assert again.memory.executed[again.run] == {asked.key}
    seen = render(again, judge(again), ())
    (release,) = seen.delta.withdrawn
    assert gone(seen, release) == "bad; asked again: still-good"
    third = whole(later(again))
    assert not third.memory.executed[third.run]
    assert "engine==2.0" not in {each.trigger for each in planned_of(third)}
    assert render(third, judge(third), ()).delta.withdrawn == ()


def test_what_does_not_fit_into_the_run_is_asked_again_in_the_next() -> None:
    bound = yanked(first())
    bound = replace(bound, matrix=replace(bound.matrix, budget=Budget(megabytes=-1)))
    assert not whole(bound).memory.executed[bound.run]
    free = replace(later(bound), matrix=replace(bound.matrix, budget=Budget()))
    assert len(whole(free).memory.executed[free.run]) == 1


def test_what_vanished_cannot_be_asked_again() -> None:
    home = replace(later(first()), sources={"fake": Changed("2.0", lambda _: None)})
    whole(home)
    assert not home.memory.executed[home.run]
    assert "engine==2.0" not in {each.trigger for each in planned_of(home)}


def test_what_is_yanked_and_in_the_baseline_is_asked_again_there() -> None:
    home = whole(yanked(first(), version="1.0"))
    (base,) = (each.cell for each in planned_of(home) if each.trigger == "baseline")
    assert base is not None
    assert home.memory.executed[home.run] == {base.key}


def test_a_file_that_was_swapped_is_an_alarm() -> None:
    home = after("2.0", lambda one: replace(one, files=(("f", "y"),)))
    assert isinstance(home.progress, Said)
    (note,) = home.progress.notes
    assert note == "engine 2.0, which was tested here: other content under the old name: f"
