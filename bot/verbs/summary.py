"""The last lines of a run: what is newly broken, who did it, and where the report is."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.outcome import Explanation
from bot.core.phrases import withheld
from bot.core.report import FindingView, Report
from bot.verbs.run import Summary


def lines(summary: Summary) -> Iterator[str]:
    """Yield what a person should read, the news first."""
    report = summary.report
    cells = [cell for cell in report.cells if cell.cell]
    yield (
        f"run {report.run}: {len(cells)} cells, {summary.executed} executed now, "
        f"{len(report.findings)} findings"
    )
    for name, word in (
        (report.delta.newly_broken, "newly broken"),
        (report.delta.newly_fixed, "newly fixed"),
        (report.delta.still_broken, "still broken"),
    ):
        for finding in _of(report, name):
            yield f"  {word}: {told(finding)}"
    for place in report.delta.newly_flaky:
        yield f"  newly flaky: {place}"
    if report.withheld:
        yield f"  {withheld(report)}"
    if not report.delta.newly_broken and not report.withheld_new:
        yield "  nothing is newly broken"
    yield f"  answered in two ways by the same stack, of all asked twice: {report.repeats}"
    yield "report: " + next(str(file) for file in summary.files if file.suffix == ".html")


def _of(report: Report, names: tuple[str, ...]) -> Iterator[FindingView]:
    return (finding for finding in report.findings if finding.finding in names)


def told(finding: FindingView) -> str:
    """One line for one finding: the row, the link, and the culprit with its interval."""
    where = f" at {finding.link}" if finding.link else ""
    proof = ", proved" if finding.verified else ""
    return f"{finding.row}{where}: {cause(finding.explanation)}{proof} [{finding.finding}]"


def cause(explanation: Explanation | None) -> str:
    """The culprits with their intervals, or how else the search ended."""
    if explanation is None:
        return "not explained yet"
    named = " with ".join(
        f"{each.package} ({each.last_good}, {each.first_bad}]" for each in explanation.culprits
    )
    return named or f"{explanation.ending} {explanation.why}".strip()
