"""What is remembered of a finding when it is drafted, gathered from the report that shows it."""

from __future__ import annotations

from bot.core.matrix import TINY
from bot.core.model import Link, Role
from bot.core.report import CellView, FindingView, Report
from bot.core.traits import NO_TRAITS, Traits, leaks
from bot.steps.house import House

_ANSWERS = frozenset(  # links that a model's numbers reach: no model, no such value
    {Link.LOGPROBS, Link.OUTPUT_IDS, Link.TEXT, Link.STREAM, Link.MESSAGE, Link.USAGE}
)
_ENGINES = frozenset({Role.ENGINE, Role.RUNTIME, Role.MODEL})


def traits_of(house: House, report: Report, finding: FindingView) -> Traits:
    """Return what later questions of a finding's life ask; nothing where nobody was accused."""
    culprits = finding.explanation.culprits if finding.explanation else ()
    shows = [cell for cell in report.cells if cell.row in {finding.row, *finding.also}]
    if not culprits:
        return NO_TRAITS
    first = culprits[0]
    component = _component(house, finding.row, first.package)
    return Traits(
        row=finding.row,
        also=finding.also,
        probes=finding.probes,
        package=first.package,
        last_good=first.last_good,
        first_bad=first.first_bad,
        link=finding.link.value if finding.link else "",
        signature=finding.signature,
        scheme=house.matrix.components[component].scheme if component else "pep440",
        watched=house.row(finding.row).backends,
        tiny=all(_tiny(house, row, finding, component) for row in (finding.row, *finding.also)),
        private=any(_leaks(cell, finding) for cell in shows),
    )


def _component(house: House, row: str, package: str) -> str:
    """Return the watched component of a row that is a package; empty where none is."""
    within = house.within(row)
    names = (name for name in house.row(row).components if within.pinned(name) == package)
    return next(names, "")


def _tiny(house: House, name: str, finding: FindingView, component: str) -> bool:
    """Whether an engine's answer was seen in a row on the tiny model, and nothing less shows it."""
    row = house.row(name)
    roles = {house.matrix.components[name].role for name in row.components}
    accused = house.matrix.components[component].role if component else Role.ENGINE
    engine = Role.ENGINE in roles and accused in _ENGINES
    return engine and row.model == TINY and finding.link in _ANSWERS


def _leaks(cell: CellView, finding: FindingView) -> bool:
    mine = [result for result in cell.results if result.probe in finding.probes]
    return any(leaks((str(link), value) for link, value in result.seen) for result in mine)
