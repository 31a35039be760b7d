"""The report where a workflow's summary shows it: the delta first, the matrix in words.

A step summary holds 1 MiB; when the report is larger, the least needed goes first, and the
summary says what is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.brakes import Brake
from bot.core.phrases import (
    GOOD_WORDS,
    advice,
    ending,
    find_cell,
    gone,
    headline,
    interval,
    says,
    where,
    withheld,
)
from bot.core.report import CellView, FindingView, Report
from bot.core.sanitise import code, fenced, inline, quoted

LIMIT = 1_000_000  # bytes; a step summary holds 1,048,576

_FILED = (
    "| Target | Filed | Fixed | Invalid | Ignored | Accepted |",
    "|---|--:|--:|--:|--:|---|",
)
_DELTA = (
    ("newly_broken", "Newly broken"),
    ("newly_fixed", "Newly fixed"),
    ("newly_flaky", "Newly flaky"),
    ("still_broken", "Still broken"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How much there is room for; the next stage is always smaller."""

    findings: int
    lines: int
    proofs: bool
    cells: int


_STAGES = (
    _Room(findings=1000, lines=80, proofs=True, cells=5000),
    _Room(findings=200, lines=20, proofs=True, cells=2000),
    _Room(findings=100, lines=8, proofs=False, cells=500),
    _Room(findings=20, lines=4, proofs=False, cells=50),
)


class MarkdownRenderer:
    """Writes `summary.md`, less than 1 MiB."""

    name = "markdown"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return the summary at the fullest stage that fits."""
        text = ""
        for room in _STAGES:
            text = "\n\n".join(_parts(report, room)) + "\n"
            if len(text.encode(errors="replace")) <= LIMIT:
                return {"summary.md": text}
        cut = text.encode(errors="replace")[: LIMIT - 100].decode(errors="ignore")
        return {"summary.md": f"{cut}\n\nThe rest is left out: report.json has it.\n"}


def _parts(report: Report, room: _Room) -> Iterator[str]:
    yield f"# {inline(report.title)}"
    when = f"{report.at:%Y-%m-%d %H:%M %Z}".strip()
    yield f"Run {report.run}, {when}; {len(report.cells)} cells, {report.executed} executed now."
    if report.model:
        yield f"Model {code(report.model)}, sha256 {code(report.model_digest)}."
    yield f"Answered in two ways by the same stack, of all asked twice: {report.repeats}."
    yield from _delta(report)
    yield "## What can be upgraded today"
    yield "\n".join(
        f"* **{inline(row)}**: {inline(advice(report, row), width=2000)}" for row in report.rows
    )
    if report.withheld:
        yield withheld(report)
    if report.findings:
        yield "## Findings"
    for finding in report.findings[: room.findings]:
        yield from _finding(report, finding, room)
    if len(report.findings) > room.findings:
        yield f"{len(report.findings) - room.findings} more findings are in report.json."
    yield from _brakes(report)
    yield "## Matrix"
    yield from _matrix(report, room)


def _brakes(report: Report) -> Iterator[str]:
    if report.brakes:
        yield "## What became of what was filed"
        yield "\n".join((*_FILED, *map(_brake, report.brakes)))


def _brake(each: Brake) -> str:
    counts = f"{each.filed} | {each.fixed} | {each.invalid} | {each.ignored}"
    return f"| {inline(each.target)} | {counts} | {each.acceptance} |"


def _delta(report: Report) -> Iterator[str]:
    titles = {finding.finding: headline(finding) for finding in report.findings}
    lines = []
    for field, word in _DELTA:
        names: tuple[str, ...] = getattr(report.delta, field)
        told = "; ".join(inline(titles.get(name, name)) for name in names)
        lines.append(f"| {word} | {len(names)} | {told or 'none'} |")
    releases = ", ".join(
        f"{inline(one.component)} {inline(one.version)}"
        + (" (yanked)" if one.yanked is not None else "")
        for one in report.delta.releases
    )
    lines.append(f"| New releases | {len(report.delta.releases)} | {releases or 'none'} |")
    away = [
        f"{inline(one.component)} {inline(f'{one.version} ({gone(report, one)})')}"
        for one in report.delta.withdrawn
    ]
    if away:
        lines.append(f"| Withdrawn after they were tested | {len(away)} | {', '.join(away)} |")
    yield "\n".join(("| Since the last run | | |", "|---|--:|---|", *lines))


def _finding(report: Report, finding: FindingView, room: _Room) -> Iterator[str]:
    yield f"### {inline(headline(finding))}"
    yield "\n".join(f"* {name}: {value}" for name, value in _facts(report, finding) if value)
    if finding.diff:
        yield quoted(finding.diff, "diff", lines=room.lines)
    commands = [line for line in (finding.fails, finding.passes) if line]
    if commands and room.proofs:
        yield fenced("\n".join(commands), "sh")


def _facts(report: Report, finding: FindingView) -> Iterator[tuple[str, str]]:
    explained = finding.explanation
    cell = find_cell(report, finding)
    where = f"{inline(finding.row)}, {inline(cell.trigger) if cell else code(finding.cell)}"
    where += f"; also {inline(', '.join(finding.also))}" if finding.also else ""
    yield "shows in", f"{where} ({finding.verdict})"
    yield "first link", code(finding.link.value) if finding.link else ""
    for culprit in explained.culprits if explained else ():
        yield "culprit", f"{code(culprit.package)} {inline(interval(culprit))}"
    yield "the search", f"{inline(ending(explained))}"
    along = explained.moves_with if explained else ()
    yield "moves with it", ", ".join(f"{code(m.package)} ({inline(m.because)})" for m in along)
    yield "probes", ", ".join(map(code, finding.probes))
    yield "each stage alone", ", ".join(f"{code(link)} {word}" for link, word in finding.swap)
    yield "draft", code(finding.draft) if finding.draft else ""


def _matrix(report: Report, room: _Room) -> Iterator[str]:
    cells = sorted(report.cells, key=lambda cell: cell.word in GOOD_WORDS)
    shown = {id(cell) for cell in cells[: room.cells]}
    for row in report.rows:
        lines = [_line(cell) for cell in report.cells if cell.row == row and id(cell) in shown]
        if lines:
            yield f"### {inline(row)}"
            head = ("| Cell | Word | Probes | Worst | Where |", "|---|---|---|---|---|")
            yield "\n".join((*head, *lines))
    if len(cells) > room.cells:
        yield f"{len(cells) - room.cells} more cells are in report.json."


def _line(cell: CellView) -> str:
    worst = next((one for one in cell.results if one.verdict == cell.word), None)
    shown = worst if worst and cell.word not in GOOD_WORDS else None
    told = cell.conflict or (f"{shown.probe}: {says(shown.outcome)}" if shown else "")
    return (
        f"| {inline(cell.trigger)} | **{inline(cell.word)}** | {cell.tally.text} | {inline(told)} "
        f"| {inline(where(cell))} |"
    )
