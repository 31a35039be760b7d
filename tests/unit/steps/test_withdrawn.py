"""What is yanked, swapped or gone after it was tested: said at once, and told in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from bot.core.model import Component, Release
from bot.core.news import VANISHED
from bot.pipeline import plan, watch
from bot.steps.delta import delta
from bot.steps.house import House
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


def test_a_file_that_was_swapped_is_an_alarm() -> None:
    home = after("2.0", lambda one: replace(one, files=(("f", "y"),)))
    assert isinstance(home.progress, Said)
    (note,) = home.progress.notes
    assert note == "engine 2.0, which was tested here: other content under the old name: f"
