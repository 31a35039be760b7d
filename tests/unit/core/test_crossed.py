"""The image is named where it alone makes the difference, with what moved along."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.crossed import told_by_images
from bot.core.model import Cell, Closure, Pin
from bot.core.report import CellView, Delta, Report, Tally


def view(image: str, *, bad: int, python: str = "3.11", version: str = "1.0") -> CellView:
    closure = Closure(pins=(Pin(name="engine", version="2.0"), Pin(name="beside", version=version)))
    cell = Cell(
        row=f"chat@{image}", components=(("engine", "2.0"),), closure=closure, backend="cpu",
        model="tiny", interpreter=python, image=image,
    )  # fmt: skip
    return CellView(
        name=cell.name, row=cell.row, trigger="baseline", cell=cell, against="", word="baseline",
        tally=Tally(good=2 - bad, bad=bad), results=(),
    )  # fmt: skip


def told(*cells: CellView, row: str = "chat@old") -> list[str]:
    report = Report(
        title="", run=1, at=datetime(2026, 1, 1, tzinfo=UTC), bot="", suite="", delta=Delta(),
        findings=(), cells=cells,
    )  # fmt: skip
    return [*told_by_images(report, row)]


def test_the_same_releases_on_two_images_tell_that_it_is_the_image() -> None:
    (sentence,) = told(view("old", bad=1), view("new", bad=0))
    assert sentence.startswith("The base image breaks engine 2.0 here: on old it is bad, on new ")
    assert sentence.endswith("the same releases are good.")
    assert told(view("old", bad=1), view("new", bad=0), row="chat@new") == []


def test_what_moves_along_is_said() -> None:
    (sentence,) = told(view("old", bad=1), view("new", bad=0, python="3.13", version="1.1"))
    assert "(with it: Python 3.11 and 3.13; beside of other versions)" in sentence


def test_nothing_is_said_where_the_image_makes_no_difference() -> None:
    old, new = view("old", bad=1), view("new", bad=0)
    assert new.cell
    other = replace(new, cell=replace(new.cell, components=(("engine", "3.0"),)))
    elsewhere = replace(new, cell=replace(new.cell, row="other@new"))
    plain = replace(new, cell=replace(new.cell, image=""))
    silent = replace(new, tally=Tally())
    for beside in (view("new", bad=1), other, elsewhere, plain, silent, replace(new, cell=None)):
        assert told(old, beside) == []
    assert told(view("old", bad=0), new) == []
