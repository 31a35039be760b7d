"""An exit code for what a report tells, as a run would have given it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.report import Delta, Report
from bot.render.json import JsonRenderer
from bot.verbs.show import command
from tests.golden.sample import REPORT
from tests.unit.verbs.called import called


def code(folder: Path, report: Report, how: str) -> int:
    (folder / "report.json").write_text(JsonRenderer().render(report)["report.json"])
    return called(command, "--reports", str(folder), "--fail-on", how).code


@pytest.mark.parametrize(
    ("delta", "withheld_new", "codes"),
    [
        (Delta(), 0, (0, 0, 0)),
        (Delta(newly_fixed=("a",), newly_flaky=("b",)), 0, (0, 0, 0)),
        (Delta(still_broken=("a",)), 0, (0, 1, 0)),
        (Delta(newly_broken=("a",)), 0, (1, 1, 0)),
        (Delta(), 1, (1, 1, 0)),
    ],
)
def test_what_is_broken_is_counted_as_it_was_asked(
    tmp_path: Path, delta: Delta, withheld_new: int, codes: tuple[int, int, int]
) -> None:
    report = replace(REPORT, delta=delta, withheld=withheld_new, withheld_new=withheld_new)
    found = tuple(code(tmp_path, report, how) for how in ("new", "any", "never"))
    assert found == codes
    assert json.loads((tmp_path / "report.json").read_text()).get("withheld_new", 0) == withheld_new
