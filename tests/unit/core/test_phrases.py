from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model import Link
from bot.core.outcome import Culprit, Ending, Explanation, Passed
from bot.core.phrases import (
    accused,
    advice,
    ending,
    find_cell,
    headline,
    interval,
    says,
    symptom,
    verdict_word,
)
from bot.core.report import CellView, Tally
from tests.golden.sample import CELLS, FINDINGS, REPORT

GOOD = replace(CELLS[2], word="still-good", tally=Tally(good=3))


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        ("diverged:text:", "text differs"),
        ("failed:install:not installable:", "install fails (not installable)"),
        ("unsolvable", "no set of versions satisfies the requirements"),
        ("not run", "not run"),
        ("", "behaves differently"),
    ],
)
def test_a_signature_in_words(signature: str, words: str) -> None:
    assert symptom(signature) == words


def test_a_finding_without_a_culprit_names_its_cell() -> None:
    finding = replace(FINDINGS[0], explanation=None)
    assert accused(finding) == finding.cell
    assert ending(None) == "not explained yet"
    assert ending(Explanation(ending=Ending.HORIZON, why="so it is")).endswith(": so it is")
    assert headline(FINDINGS[1]).startswith("jinja2 3.2.0 + openai 3.54.0: start fails")


def test_an_interval_without_a_good_end_says_so() -> None:
    told = interval(Culprit(package="p", last_good="", first_bad="2", yanked=True))
    assert told == "after not measured, up to 2, which is yanked"


def test_outcomes_say_themselves() -> None:
    assert says(None) == "not measured"
    assert says(Passed()) == "passed"
    assert [says(one.outcome) for cell in CELLS for one in cell.results][-1].startswith("not run")


def test_a_finding_whose_cell_is_gone_has_none() -> None:
    assert find_cell(REPORT, replace(FINDINGS[0], cell="gone")) is None


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (CELLS[:1], "Nothing to upgrade: the baseline is the newest there is (1 good)."),
        ((), "Nothing to upgrade: the baseline is the newest there is (not run)."),
        (
            (replace(GOOD, row="chat", trigger="newest"),),
            "Upgrade everything: the newest of all, together, is good.",
        ),
        (
            (GOOD, replace(CELLS[3], trigger="newest")),
            "Do not upgrade everything at once. Good alone: openai 3.54.0.",
        ),
        ((replace(GOOD, tally=Tally()),), "Not settled: openai 3.54.0."),
    ],
)
def test_what_can_be_upgraded_today(cells: tuple[CellView, ...], sentence: str) -> None:
    report = replace(REPORT, cells=cells)
    assert advice(report, "chat") == sentence


def test_each_word_has_a_tone() -> None:
    assert [verdict_word(word) for word in ("fixed", "unsolvable", "flaky")] == [
        "good",
        "bad",
        "grey",
    ]


def test_a_difference_without_a_winner_is_told() -> None:
    assert says(Passed(noted=(Link.STREAM,))) == "passed (differs, as nobody forbids, at stream)"
