"""What a pull request is told: known words and numbers in, one comment out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.changed import Move
from bot.core.model import Link
from bot.core.outcome import Verdict
from bot.core.remark import MARK, data, words
from bot.errors import BundleError
from bot.ledger.door import SUITE, read_comment
from tests.golden.sample import REPORT

MOVES = (Move(component="openai", base="3.6.0", head="3.35.1"),)
HOSTILE = "@octocat [x](http://evil.example)"


def through(told: dict[str, Any]) -> dict[str, Any]:
    return read_comment(json.dumps(told).encode(), "comment.json")


def test_a_whole_report_comes_through_the_door_and_says_what_would_break() -> None:
    told = through(data(MOVES, REPORT))
    text = words(told)
    assert text.startswith(MARK)
    assert "| `openai` | 3.6.0 | 3.35.1 |" in text
    bad = [one for one in REPORT.findings if one.verdict.bad]
    assert bad
    assert [one["finding"] for one in told["findings"]] == [one.finding for one in bad]
    assert "would break" in text
    assert len(told["stacks"]) == len(REPORT.cells)


def test_where_nothing_is_moved_that_is_said() -> None:
    assert "Nothing that is watched here is moved" in words(through(data((), None)))


def test_good_and_grey_are_told_apart() -> None:
    good = replace(REPORT, findings=(), cells=REPORT.cells[:1])
    assert "Nothing that is asked here would break." in words(through(data(MOVES, good)))
    assert "Nothing could be told." in words(
        through(data(MOVES, replace(good, cells=(), withheld_new=0)))
    )
    secret = words(through(data(MOVES, replace(good, withheld_new=2))))
    assert "**2 things would break.**" in secret
    assert "2 more may be no matter for the public" in secret


def test_what_a_cell_wrote_does_not_get_through() -> None:
    finding = replace(REPORT.findings[0], row=HOSTILE, verdict=Verdict.REGRESSED)
    cell = replace(REPORT.cells[0], row=HOSTILE, trigger=HOSTILE)
    moves = (Move(component=HOSTILE, base=HOSTILE, head=HOSTILE),)
    told = data(moves, replace(REPORT, findings=(finding,), cells=(cell,)))
    text = words(through(told))
    assert "octocat" not in text
    assert "evil" not in text
    assert "| `unnamed` | unknown | unknown |" in text


def test_no_culprit_and_no_link_are_told_as_that() -> None:
    finding = replace(REPORT.findings[0], verdict=Verdict.CHANGED, link=None, explanation=None)
    assert "changed in" in words(through(data(MOVES, replace(REPORT, findings=(finding,)))))
    assert "no culprit named" in words(data(MOVES, replace(REPORT, findings=(finding,))))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("moves", 0, "component"), HOSTILE),
        (("moves", 0, "component"), "openai\n"),
        (("moves", 0, "head"), "1.0 | **all good**"),
        (("stacks", 0, "word"), "fine"),
        (("stacks", 0, "good"), "3"),
        (("findings", 0, "link"), "nowhere"),
        (("findings", 0, "finding"), "../../x"),
        (("withheld",), -1),
        (("comment",), 2),
        (("note",), "read this"),
    ],
)
def test_the_door_lets_nothing_else_in(place: tuple[str | int, ...], value: object) -> None:
    told: Any = data(MOVES, REPORT)
    *way, last = place
    entry = told
    for step in way:
        entry = entry[step]
    entry[last] = value
    with pytest.raises(BundleError):
        through(told)


def test_the_schema_knows_the_words_that_there_are() -> None:
    schema = json.loads((SUITE / "comment.schema.json").read_bytes())
    finding = schema["properties"]["findings"]["items"]["properties"]
    assert set(finding["link"]["enum"]) == {"", *Link}
    assert set(finding["verdict"]["enum"]) == {one.value for one in Verdict if one.bad}
    cell = schema["properties"]["stacks"]["items"]["properties"]
    assert {*Verdict, "baseline", "unsolvable", "not run"} == set(cell["word"]["enum"])


def test_what_nobody_watches_is_told_as_such() -> None:
    moves = (Move(component="openai", base="3.6.0", head="3.35.1", package="openai"),)
    along = (("httpx", "0.27.0", "0.28.1"), ("jiter", "", "0.9.0"), ("openai", "3.6.0", "3.35.1"))
    newest = replace(REPORT.cells[0], trigger="newest", moved=along)
    other = replace(REPORT.cells[0], trigger="openai==3.35.1", moved=(("anyio", "1", "2"),))
    told = through(data(moves, replace(REPORT, cells=(newest, other))))
    assert told["beside"] == [
        {"component": "httpx", "base": "0.27.0", "head": "0.28.1"},
        {"component": "jiter", "base": "none", "head": "0.9.0"},
    ]
    text = words(told)
    assert "| `httpx`, not watched | 0.27.0 | 0.28.1 |" in text
    assert "anyio" not in text
