"""A report without what may be no matter for the public: counted, and not told.

What is withheld leaves nothing behind: neither its name nor its cells' results, differences, logs
or verdicts. Where it is kept, and for whom, `stackmatrix issues` says on this machine.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.core.report import CellView, Change, FindingView, Report, Result
from bot.core.security import LEAK, cleared, danger, private
from bot.core.traits import leaks
from bot.steps.house import House
from bot.steps.view import worst


def secrets(house: House, report: Report) -> dict[str, str]:
    """Return the findings of a report that nobody outside may read of, each with the reason."""
    facts = house.ledger.facts()
    known, free = private(facts), cleared(facts)
    told = {
        one.finding: known.get(one.finding) or why_secret(house, report, one)
        for one in report.findings
    }
    return {name: why for name, why in told.items() if why and name not in free}


def why_secret(house: House, report: Report, finding: FindingView) -> str:
    """Return what the rules say against telling a finding to all; empty: nothing."""
    mine = [
        result
        for cell in report.cells
        for result in cell.results
        if cell.row in {finding.row, *finding.also} and result.probe in finding.probes
    ]
    if any(leaks((str(link), value) for link, value in result.seen) for result in mine):
        return LEAK
    logs = "\n".join(dict.fromkeys(result.log for result in mine if result.log))
    shown = f"{finding.diff}\n{logs}"
    return danger(house.dangers, signature=finding.signature, shown=shown)


def withhold(house: House, report: Report) -> Report:
    """Return the report as everybody may read it."""
    secret = secrets(house, report)
    report = replace(report, changes=_told(report.changes, house, secret))
    if not secret:
        return report
    hidden = [one for one in report.findings if one.finding in secret]
    places = {
        (row, probe) for one in hidden for row in (one.row, *one.also) for probe in one.probes
    }
    delta = report.delta
    return replace(
        report,
        findings=tuple(one for one in report.findings if one.finding not in secret),
        cells=tuple(_cell(cell, places) for cell in report.cells),
        delta=replace(
            delta,
            newly_broken=_others(delta.newly_broken, secret),
            newly_fixed=_others(delta.newly_fixed, secret),
            still_broken=_others(delta.still_broken, secret),
        ),
        withheld=len(hidden),
        withheld_new=sum(name in secret for name in delta.newly_broken),
    )


def _told(changes: tuple[Change, ...], house: House, secret: Collection[str]) -> tuple[Change, ...]:
    """Return the changes that name no secret, of this run or of one that is long mended."""
    facts = house.ledger.facts()
    every = {*private(facts)} - {*cleared(facts)} | {*secret}
    return tuple(change for change in changes if change.name not in every)


def _others(names: tuple[str, ...], secret: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in secret)


def _cell(cell: CellView, places: Collection[tuple[str, str]]) -> CellView:
    """Return a cell without the results that show a secret, as if they had not been asked for."""
    gone = [one for one in cell.results if (cell.row, one.probe) in places and _tells(one)]
    if not gone:
        return cell
    kept = tuple(one for one in cell.results if one not in gone)
    tally = cell.tally
    word = cell.word if cell.trigger == "baseline" else worst({one.verdict for one in kept})
    bad = max(0, tally.bad - len(gone))
    return replace(cell, results=kept, tally=replace(tally, bad=bad), word=word, history=())


def _tells(result: Result) -> bool:
    """Whether a result shows something that is not as it should be, on either side."""
    return bool(result.signature) or result.verdict.flipped
