"""The report for people: one file that needs no network, in light and dark, on any width.

The first screen answers "what changed, and what can I upgrade today"; everything else opens from
there. A word always stands beside a colour, and it all works with a keyboard and without scripts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.core.model import NOT_EXPOSED, Json, Link, Release
from bot.core.outcome import Diverged, Passed
from bot.core.phrases import (
    advice,
    detail,
    ending,
    find_cell,
    headline,
    interval,
    says,
    symptom,
    verdict_word,
    withheld,
)
from bot.core.report import Report, Result
from bot.core.sanitise import excerpt, plain

if TYPE_CHECKING:
    from jinja2 import Environment

VALUE_LINES = 40
RELEASE_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """One line of a result's table: a link, what it says, and both sides where they part."""

    link: str
    says: str
    word: str
    expected: str = ""
    seen: str = ""


class HtmlRenderer:
    """Writes `index.html`, self-contained."""

    name = "html"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return the page; equal reports give equal pages."""
        page = (
            _templates()
            .get_template("report.html.j2")
            .render(
                report=report,
                delta=list(_delta(report)),
                advice={row: advice(report, row) for row in report.rows},
                words=sorted({cell.word for cell in report.cells}),
                numbers={id(cell): number for number, cell in enumerate(report.cells, start=1)},
                find_cell=find_cell,
                headline=headline,
                symptom=symptom,
                interval=interval,
                ending=ending,
                says=says,
                detail=detail,
                link_lines=link_lines,
            )
        )
        return {"index.html": page}


def diff_lines(text: str) -> list[tuple[str, str]]:
    """Return the lines of a diff, made plain, each with its side: `old`, `new` or `same`."""
    sides = {"-": "old", "+": "new"}
    return [(sides.get(line[:1], "same"), line) for line in excerpt(text, lines=80).split("\n")]


def link_lines(result: Result) -> list[LinkLine]:
    """Return one line per link of `result`, in causal order."""
    expected, seen = dict(result.expected), dict(result.seen)
    stopped = result.outcome.link if isinstance(result.outcome, Diverged) else None
    return [
        _link_line(link, result, expected.get(link), seen.get(link))
        for link in Link
        if link in expected or link in seen or link is stopped
    ]


def _link_line(link: Link, result: Result, expected: Json, seen: Json) -> LinkLine:
    outcome = result.outcome
    if isinstance(outcome, Diverged) and outcome.link is link:
        told, word = "differs here first", "bad"
    elif seen == NOT_EXPOSED:
        return LinkLine(link=link.value, says="not exposed", word="grey")
    elif isinstance(outcome, Passed) and link in outcome.unheld:
        return LinkLine(link=link.value, says="seen; no golden to hold it to", word="grey")
    elif seen == expected:
        return LinkLine(link=link.value, says="equal", word="good")
    elif seen is None or expected is None:
        told, word = "only one side was seen", "grey"
    elif _before(link, outcome):
        told, word = "within its tolerance", "good"
    else:
        told, word = "differs too", "grey"
    return LinkLine(
        link=link.value, says=told, word=word, expected=_show(expected), seen=_show(seen)
    )


def _before(link: Link, outcome: object) -> bool:
    order = list(Link)
    if isinstance(outcome, Diverged):
        return order.index(link) < order.index(outcome.link)
    return isinstance(outcome, Passed)


def _show(value: Json) -> str:
    if value is None:
        return "not measured"
    if value == NOT_EXPOSED:
        return "not exposed"
    text = value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)
    return excerpt(text, lines=VALUE_LINES)


def _delta(report: Report) -> Iterator[tuple[str, str, int, list[tuple[str, str]]]]:
    """Yield (title, tone, count, entries) of each part; an entry is (anchor, text)."""
    titles = {finding.finding: headline(finding) for finding in report.findings}
    parts = (
        ("Newly broken", "bad", report.delta.newly_broken),
        ("Newly fixed", "good", report.delta.newly_fixed),
        ("Newly flaky", "grey", report.delta.newly_flaky),
        ("Still broken", "bad", report.delta.still_broken),
    )
    for title, tone, names in parts:
        entries = [(name if name in titles else "", titles.get(name, name)) for name in names]
        yield title, tone, len(entries), entries
    fresh = report.delta.releases
    yield "New releases", "plain", len(fresh), [("", line) for line in release_lines(fresh)]


def release_lines(releases: Sequence[Release]) -> list[str]:
    """Return one line for each component that has something new, the most eight of them."""
    by_component: dict[str, list[str]] = {}
    for one in releases:
        yanked = " (yanked)" if one.yanked is not None else ""
        by_component.setdefault(one.component, []).append(one.version + yanked)
    lines = [f"{name} {', '.join(versions)}" for name, versions in by_component.items()]
    more = len(lines) - RELEASE_LINES
    return [*lines[:RELEASE_LINES], f"and {more} more components"] if more > 0 else lines


@cache
def _templates() -> Environment:
    """Load the templates once, and not before they are needed; what they print is escaped."""
    import jinja2  # noqa: PLC0415 - it takes long to load, and few verbs draw a page

    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.render"),
        autoescape=jinja2.select_autoescape(("j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "plain": plain,
        "withheld": withheld,
        "oneline": lambda text: " ".join(plain(text).split()),
        "excerpt": excerpt,
        "id": id,
        "tone": verdict_word,
        "difflines": diff_lines,
    }
    return templates
