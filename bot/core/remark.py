"""What a pull request is told, in two halves: data of known words and numbers, and the words.

The half that runs strangers' code writes the data. The half that may write comments holds them
against `suite/comment.schema.json` and makes the words itself: no text of a cell gets there.

>>> move = {"component": "openai", "base": "3.6.0", "head": "3.35.1"}
>>> none = {"beside": [], "stacks": [], "findings": [], "withheld": 0}
>>> print(words({"comment": 1, "moves": [move], **none}).splitlines()[4])
| `openai` | 3.6.0 | 3.35.1 |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bot.core.changed import Move
from bot.core.phrases import BAD_WORDS
from bot.core.plan import BASELINE, NEWEST
from bot.core.report import CellView, FindingView, Report

VERSION: Final = 1
MARK: Final = "<!-- stackmatrix: what a new lock changes -->"
MOST: Final = 100  # of anything: a comment holds 65,535 characters
NONE: Final = "none"  # where it is not there
KNOWN: Final = (BASELINE, NEWEST)  # what asks for a cell, besides a release
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
RELEASE: Final = r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,59}"
_NAME, _RELEASE = re.compile(NAME), re.compile(RELEASE)

Data = dict[str, Any]


def data(moves: Sequence[Move], report: Report | None) -> Data:
    """Return what is handed on: what is moved, and what a run of both ends came to."""
    cells = report.cells if report else ()
    findings = report.findings if report else ()
    return {
        "comment": VERSION,
        "moves": [
            {"component": _named(one.component), "base": _at(one.base), "head": _at(one.head)}
            for one in moves[:MOST]
        ],
        "beside": [
            {"component": _named(name), "base": _at(base or NONE), "head": _at(head or NONE)}
            for name, base, head in _beside(moves, cells)[:MOST]
        ],
        "stacks": [_cell(one) for one in cells[:MOST]],
        "findings": [_finding(one) for one in findings[:MOST] if one.verdict.bad],
        "withheld": report.withheld_new if report else 0,
    }


def _beside(moves: Sequence[Move], cells: Sequence[CellView]) -> tuple[tuple[str, str, str], ...]:
    """Return what the second lock moves in a stack besides what is watched there."""
    watched = {one.package for one in moves}
    newest = [one for one in cells if one.trigger == NEWEST]
    return tuple(sorted({each for one in newest for each in one.moved if each[0] not in watched}))


def _cell(cell: CellView) -> Data:
    name, _, version = cell.trigger.partition("==")
    return {
        "stack": _named(cell.row),
        "tries": {"component": _named(name), "version": _at(version)} if version else _plain(name),
        "word": cell.word,
        "good": cell.tally.good,
        "bad": cell.tally.bad,
        "grey": cell.tally.grey,
    }


def _finding(finding: FindingView) -> Data:
    culprits = finding.explanation.culprits if finding.explanation else ()
    return {
        "finding": finding.finding,
        "stack": _named(finding.row),
        "link": finding.link.value if finding.link else "",
        "verdict": finding.verdict.value,
        "probes": len(finding.probes),
        "culprits": [
            {
                "package": _named(one.package),
                "after": _at(one.last_good),
                "first": _at(one.first_bad),
            }
            for one in culprits[:MOST]
        ],
    }


def _plain(trigger: str) -> str:
    return trigger if trigger in KNOWN else "other"


def _named(text: str) -> str:
    """Return a name as it is, where it is one; anything else could be a message."""
    return text if _NAME.fullmatch(text) else "unnamed"


def _at(text: str) -> str:
    return text if _RELEASE.fullmatch(text) else "unknown"


def words(told: Data) -> str:
    """Return the comment, Markdown, of data that are as the schema says."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Data) -> Iterator[str]:
    yield MARK
    if not told["moves"] and not told["stacks"]:
        yield "Nothing that is watched here is moved by the lock of this pull request."
        return
    yield from ("", "| Component | Base | Here |", "|---|---|---|")
    for one in told["moves"]:
        yield f"| `{one['component']}` | {one['base']} | {one['head']} |"
    for one in told["beside"]:
        yield f"| `{one['component']}`, not watched | {one['base']} | {one['head']} |"
    yield ""
    yield _verdict(told)
    for one in told["findings"]:
        yield f"* {_told(one)}"
    if told["withheld"]:
        yield f"* {told['withheld']} more may be no matter for the public."
    if told["stacks"]:
        yield from (
            "",
            "| Stack | Tried | Word | Good | Bad | Not told |",
            "|---|---|---|--:|--:|--:|",
        )
    for one in told["stacks"]:
        counts = f"{one['good']} | {one['bad']} | {one['grey']}"
        yield f"| `{one['stack']}` | {_tried(one['tries'])} | **{one['word']}** | {counts} |"
    yield ""
    yield "The report with every link of the chain is an artifact of the run that this is made of."


def _verdict(told: Data) -> str:
    count = len(told["findings"]) + told["withheld"]
    bad = sum(one["word"] in BAD_WORDS for one in told["stacks"])
    if count or bad:
        return f"**{max(count, 1)} thing{'s' * (count > 1)} would break.**"
    grey = all(one["good"] == 0 for one in told["stacks"])
    return "Nothing could be told." if grey else "Nothing that is asked here would break."


def _told(one: Data) -> str:
    named = " with ".join(
        f"`{each['package']}` (after {each['after']}, up to {each['first']})"
        for each in one["culprits"]
    )
    where = f"`{one['stack']}`" + (f" at `{one['link']}`" if one["link"] else "")
    return f"{where}: {one['verdict']} in {one['probes']} probes, {named or 'no culprit named'}"


def _tried(tries: str | Data) -> str:
    if isinstance(tries, str):
        return tries
    return f"`{tries['component']}` {tries['version']}"
