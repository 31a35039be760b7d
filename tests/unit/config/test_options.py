"""What a driver is told besides is part of what its answers are valid for."""

from __future__ import annotations

from pathlib import Path

from bot.core.model import Cell, Closure
from tests.unit.config.test_read import GOOD, read

TOLD = GOOD.replace("driver: xllamacpp}", "driver: xllamacpp, options: {threads: 2}}")


def cell(options: str) -> Cell:
    return Cell(
        row="chat", components=(("engine", "1"),), closure=Closure(pins=()), backend="cpu",
        model="tiny-chat", interpreter="3.11", options=options,
    )  # fmt: skip


def test_another_word_to_a_driver_makes_another_cell(tmp_path: Path) -> None:
    (plain,) = read(tmp_path, GOOD).rows
    (two,) = read(tmp_path, TOLD).rows
    (four,) = read(tmp_path, TOLD.replace("threads: 2", "threads: 4")).rows
    assert plain.options == ""
    assert len({plain.options, two.options, four.options}) == 3
    assert len({cell(row.options).key for row in (plain, two, four)}) == 3
    assert read(tmp_path, TOLD).rows == (two,)
