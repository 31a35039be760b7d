from __future__ import annotations

from dataclasses import replace

from bot.core.model import Closure, Pin
from bot.core.report import Tally
from bot.render.constraints import ConstraintsRenderer, newest_green
from tests.golden.sample import CELLS, REPORT

BASE, ENGINE, CLIENT, NEWEST = CELLS[:4]


def test_all_newest_where_that_is_good_else_the_last_good_upgrade_else_the_baseline() -> None:
    fine = replace(NEWEST, word="still-good", tally=Tally(good=2))
    assert newest_green([BASE, CLIENT, fine]) is fine
    assert newest_green([fine, CLIENT, BASE]) is fine
    assert newest_green([BASE, ENGINE, CLIENT, NEWEST]) is CLIENT
    assert newest_green([BASE, ENGINE, NEWEST]) is BASE
    assert newest_green([ENGINE, NEWEST]) is None


def test_where_nothing_is_all_green_what_got_no_worse_is_told_as_that() -> None:
    base = replace(BASE, tally=Tally(good=2, bad=1))
    assert newest_green([base, ENGINE]) is base
    files = ConstraintsRenderer().render(replace(REPORT, cells=(base, ENGINE)))
    assert "baseline: no worse than the baseline (2 good, 1 bad)" in files["constraints-chat.txt"]


def test_a_set_without_hashes_has_no_lock_and_one_of_npm_no_file() -> None:
    assert BASE.cell is not None

    def files(*pins: Pin) -> set[str]:
        cell = replace(BASE.cell, closure=Closure(pins=pins)) if BASE.cell else None
        return set(ConstraintsRenderer().render(replace(REPORT, cells=(replace(BASE, cell=cell),))))

    assert files(Pin(name="a", version="1")) == {"constraints-chat.txt"}
    assert files(Pin(name="@huggingface/jinja", version="1")) == set()
    assert files() == set()
