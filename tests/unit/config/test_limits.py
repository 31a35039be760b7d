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
