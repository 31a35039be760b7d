"""The report for people: a few files that need no network, in light and dark, on any width.

The first screen answers "what changed, and what can I upgrade today"; each cell, finding and
component has a page of its own. A word always stands beside a colour, and it all works with a
keyboard; without scripts the matrix shows its first rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.core.model import Link, Release
from bot.core.outcome import NotRun, Passed, Verdict
from bot.core.phrases import (
    GOOD_WORDS,
    accused,
    advice,
    detail,
    ending,
    find_cell,
    gone,
    headline,
    interval,
    says,
    symptom,
    verdict_word,
    withheld,
)
from bot.core.report import CellView, FindingView, Report
from bot.core.sanitise import excerpt, plain
from bot.core.streak import streak
from bot.render.addresses import INDEX, cell_pages, component_page, finding_page
from bot.render.bumps import affected_by, bumps, drift_plot
from bot.render.links import link_lines
from bot.render.rows import embedded, table
from bot.render.timeline import HEIGHT, WIDTH, before_any, steps, together

if TYPE_CHECKING:
    from jinja2 import Environment

RELEASE_LINES = 8
NODE = "node"  # the word of the environment that holds packages of npm
FIRST_ROWS = 100  # of the matrix, without a script


class HtmlRenderer:
    """Writes `index.html`, and a page for each cell, finding and component beside it."""

    name = "html"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return the pages by file name; equal reports give equal pages."""
        return dict(_pages(report, cell_pages(report, GOOD_WORDS)))


def _pages(report: Report, pages: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Yield each page with its file name; `pages` says where those of cells lie."""
    shared = {"report": report, "pages": pages}
    yield INDEX, _page("index", root="", **shared, **_first(report, pages))
    for cell in report.cells:
        if id(cell) in pages:
            yield pages[id(cell)], _page("cell", root="../", **shared, **_cell(report, cell))
    for finding in report.findings:
        place = finding_page(finding.finding)
        cell_ = find_cell(report, finding)
        yield place, _page("finding", root="../", **shared, finding=finding, cell=cell_)
    for each in report.components:
        releases = steps(report, each)
        told = {
            "component": each,
            "steps": releases,
            "older": before_any(releases),
            "bumps": bumps(report, each),
            "drift": drift_plot(releases),
            "affected_by": affected_by(report, each),
            "together": together(report, each.name),
            "findings": [one for one in report.findings if each.package in _accused(one)],
            "size": (WIDTH, HEIGHT),
        }
        yield component_page(each.name), _page("component", root="../", **shared, **told)


def _page(template: str, **told: object) -> str:
    return templates().get_template(f"{template}.html.j2").render(**told)


def _first(report: Report, pages: Mapping[int, str]) -> dict[str, object]:
    """Return what only the first page shows."""
    return {
        "delta": list(_delta(report)),
        "advice": {row: advice(report, row) for row in report.rows},
        "aside": list(_aside(report)),
        "shares": _shares(report),
        "first_rows": FIRST_ROWS,
        "table": embedded(table(report.cells, pages)),
    }


def _cell(report: Report, cell: CellView) -> dict[str, object]:
    """Return what the page of one cell shows."""
    loud = [each for each in cell.results if not _quiet(each.verdict, each.outcome)]
    return {
        "cell": cell,
        "loud": loud,
        "quiet": [each for each in cell.results if _quiet(each.verdict, each.outcome)],
        "streak": streak(cell.history),
        "findings": [one for one in report.findings if find_cell(report, one) is cell],
    }


def install(cell: CellView) -> str:
    """Return one line that makes the environment of a cell in a folder of its own."""
    pins = cell.cell.closure.pins if cell.cell else ()
    if cell.environment == NODE:
        outer = [f"{one.name}@{one.version}" for one in pins if "/node_modules/" not in one.name]
        return " ".join(("npm install", *outer))
    python = cell.cell.interpreter if cell.cell else ""
    made = f"uv venv --python {python} same"
    return " ".join((made, "&&", "uv pip install --python same", *map(str, pins)))


def _quiet(verdict: Verdict, outcome: object) -> bool:
    """Whether a result is as it should be, and has nothing to show."""
    return isinstance(outcome, Passed) and verdict in (Verdict.STILL_GOOD, Verdict.NEW)


def _accused(finding: FindingView) -> frozenset[str]:
    culprits = finding.explanation.culprits if finding.explanation else ()
    return frozenset(one.package for one in culprits)


def _aside(report: Report) -> Iterator[tuple[str, int]]:
    """Yield what was not told of the stacks, counted: not run, or spoiled by the machine."""
    results = [each for cell in report.cells for each in cell.results]
    yield "cells not run", sum(cell.word == "not run" for cell in report.cells)
    yield "probes not run", sum(isinstance(each.outcome, NotRun) for each in results)
    yield "spurious", sum(each.verdict is Verdict.SPURIOUS for each in results)


def _shares(report: Report) -> list[tuple[str, int, int]]:
    """Return how many findings that are bad part first at each link: link, count, percent."""
    bad = [one for one in report.findings if one.verdict.bad]
    counted = Counter(one.link for one in bad)
    named = [(link.value, counted[link]) for link in Link if counted[link]]
    named += [("before any link", counted[None])] if counted[None] else []
    return [(name, count, round(100 * count / len(bad))) for name, count in named]


def diff_lines(text: str) -> list[tuple[str, str]]:
    """Return the lines of a diff, made plain, each with its side: `old`, `new` or `same`."""
    sides = {"-": "old", "+": "new"}
    return [(sides.get(line[:1], "same"), line) for line in excerpt(text, lines=80).split("\n")]


def _delta(report: Report) -> Iterator[tuple[str, str, int, list[tuple[str, str]]]]:
    """Yield (title, tone, count, entries) of each part; an entry is (page, text)."""
    titles = {finding.finding: headline(finding) for finding in report.findings}
    parts = (
        ("Newly broken", "bad", report.delta.newly_broken),
        ("Newly fixed", "good", report.delta.newly_fixed),
        ("Newly flaky", "grey", report.delta.newly_flaky),
        ("Still broken", "bad", report.delta.still_broken),
    )
    for title, tone, names in parts:
        entries = [
            (finding_page(name) if name in titles else "", titles.get(name, name)) for name in names
        ]
        yield title, tone, len(entries), entries
    fresh = report.delta.releases
    yield "New releases", "plain", len(fresh), [("", line) for line in release_lines(fresh)]
    away = [
        ("", f"{one.component} {one.version}: {gone(report, one)}")
        for one in report.delta.withdrawn
    ]
    if away:
        yield "Withdrawn after they were tested", "grey", len(away), away


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
def templates() -> Environment:
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
    templates.globals |= {
        "finding_page": finding_page,
        "component_page": component_page,
        "find_cell": find_cell,
        "headline": headline,
        "accused": accused,
        "symptom": symptom,
        "interval": interval,
        "ending": ending,
        "says": says,
        "detail": detail,
        "install": install,
        "link_lines": link_lines,
    }
    return templates
