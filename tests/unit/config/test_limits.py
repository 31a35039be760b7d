"""What a run may take, and how old a result may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.test_read import GOOD, only, read


def test_results_have_no_age_unless_one_is_stated(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).fresh_days is None
    assert read(tmp_path, GOOD + "limits: {fresh: 7d}\n").fresh_days == 7


@pytest.mark.parametrize("word", ["soon", "0d", "30"])
def test_an_age_that_is_no_number_of_days(tmp_path: Path, word: str) -> None:
    line, _, what, cure = only(tmp_path, GOOD + f"limits: {{fresh: {word}}}\n")
    assert line == 1 + GOOD.count("\n")
    assert "`limits.fresh`" in what
    assert cure == "write a number of days, such as `fresh: 30d`"


def test_everything_is_asked_unless_a_part_is_stated(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).impact is None
    assert read(tmp_path, GOOD + "limits: {impact: 0.1}\n").impact == 0.1


@pytest.mark.parametrize("word", ["0", "1.5", "some"])
def test_a_part_that_is_none(tmp_path: Path, word: str) -> None:
    *_, what, cure = only(tmp_path, GOOD + f"limits: {{impact: {word}}}\n")
    assert "`limits.impact`" in what
    assert cure == "write which part is asked all the same, such as `impact: 0.1`"
