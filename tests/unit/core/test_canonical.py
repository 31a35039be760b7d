from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.canonical import canonical, scrub
from bot.core.model import Link
from bot.core.outcome import Cost, Diverged, Passed, Verdict
from bot.core.report import CellView, Report, Result
from tests.golden.sample import CELLS, FINDINGS, REPORT


def with_cells(*cells: CellView) -> Report:
    return replace(REPORT, cells=cells)


def with_result(result: Result) -> Report:
    return with_cells(replace(CELLS[1], results=(result,)))


def test_what_differs_between_equal_runs_is_left_out() -> None:
    explained = FINDINGS[0].explanation
    assert explained
    other = replace(
        REPORT,
        run=99,
        at=REPORT.at + timedelta(days=1),
        executed=0,
        cells=tuple(replace(c, seconds=99.0, executed=False) for c in reversed(CELLS)),
        findings=(
            FINDINGS[1],
            replace(FINDINGS[0], explanation=replace(explained, cost=Cost(search=99))),
        ),
    )
    assert canonical(other) == canonical(REPORT)


@pytest.mark.parametrize(
    "other",
    [
        replace(REPORT, findings=FINDINGS[:1]),
        replace(REPORT, cells=CELLS[1:]),
        replace(REPORT, delta=replace(REPORT.delta, newly_broken=())),
        replace(REPORT, cells=(replace(CELLS[0], word="regressed"), *CELLS[1:])),
        replace(REPORT, findings=(replace(FINDINGS[0], verified=False), FINDINGS[1])),
        replace(REPORT, findings=(replace(FINDINGS[0], explanation=None), FINDINGS[1])),
        replace(REPORT, cells=(replace(CELLS[0], moved=(("a", "1", "2"),)), *CELLS[1:])),
    ],
)
def test_what_was_found_is_kept(other: Report) -> None:
    assert canonical(other) != canonical(REPORT)


def test_an_outcome_that_changed_is_kept() -> None:
    result = CELLS[1].results[1]
    assert canonical(with_result(result)) != canonical(
        with_result(replace(result, outcome=Passed()))
    )


def test_values_of_logprobs_are_noise_but_their_shape_is_not() -> None:
    def drifted(diff: str, shape: str) -> Result:
        outcome = Diverged(link=Link.LOGPROBS, diff=diff, shape=shape)
        return replace(CELLS[1].results[1], outcome=outcome)

    one = canonical(with_result(drifted("- -0.1\n+ -0.2", "drift")))
    assert one == canonical(with_result(drifted("- -0.1\n+ -0.3", "drift")))
    assert one != canonical(with_result(drifted("- -0.1\n+ -0.2", "order")))


def test_what_is_flaky_is_named_without_its_last_face() -> None:
    flaky = replace(CELLS[1].results[1], verdict=Verdict.FLAKY)
    assert canonical(with_result(flaky)) == canonical(
        with_result(replace(flaky, outcome=Passed(), seen=()))
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at 2026-11-22T06:30:00.123+00:00 it", "at <time> it"),
        ("took 1.25s or 3 seconds", "took <seconds> or <seconds>"),
        ("http://127.0.0.1:8081 and localhost:99", "http://<host> and <host>"),
        ("File /tmp/cell-1/lib/x.py and C:\\Users\\me\\x", "File <path> and <path>"),
        ("object at 0x7ffe, pid 1234, port 80", "object at <address>, <pid>, <port>"),
        ("and/or 3.14 1/2 openai==3.54.0", "and/or 3.14 1/2 openai==3.54.0"),
    ],
)
def test_places_and_moments_are_scrubbed(text: str, told: str) -> None:
    assert scrub(text) == told


def test_it_is_sorted_json() -> None:
    text = canonical(REPORT)
    assert json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n" == text


def test_no_baseline_is_not_a_passing_baseline() -> None:
    result = CELLS[1].results[1]
    assert canonical(with_result(result)) != canonical(with_result(replace(result, before=None)))
