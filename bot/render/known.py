"""What is known to be bad: packages with the releases that break something, and those that mend it.

A range begins with the first bad release of a culprit. It ends before the first later release of
the component that a cell of the same stack showed to be no worse; where none did, it is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.phrases import no_worse
from bot.core.report import ComponentView, FindingView, Report

ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One culprit of a finding: affected from `introduced` on, before `fixed` (empty: not yet).

    `versions` are the known releases in that range, `beside` the packages that must be up, too;
    `fine` are releases of it that were tried in that stack and break nothing.
    """

    finding: FindingView
    package: str
    ecosystem: str
    last_good: str
    introduced: str
    fixed: str = ""
    versions: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()


def known_bad(report: Report) -> Iterator[Known]:
    """Yield the culprits of what is broken now, in the order of the findings."""
    components = {one.package: one for one in report.components}
    for finding in report.findings:
        culprits = finding.explanation.culprits if finding.explanation else ()
        if not finding.verdict.bad or finding.declared:
            continue
        for culprit in culprits:
            component = components.get(culprit.package)
            tried = _tried(report, finding, component)
            fixed, versions = _range(component, tried, culprit.first_bad)
            yield Known(
                finding=finding,
                package=culprit.package,
                ecosystem=ECOSYSTEMS.get(component.source if component else "pypi", "PyPI"),
                last_good=culprit.last_good,
                introduced=culprit.first_bad,
                fixed=fixed,
                versions=versions,
                fine=tuple(version for version, well in tried.items() if well),
                beside=tuple(
                    f"{other.package} {other.first_bad}" for other in culprits if other != culprit
                ),
            )


def _tried(
    report: Report, finding: FindingView, component: ComponentView | None
) -> dict[str, bool]:
    """Return the releases of a component that a cell of the stack tried alone: no worse or not."""
    return {
        cell.trigger.partition("==")[2]: no_worse(cell)
        for cell in report.cells
        if component and cell.row == finding.row
        if cell.trigger.partition("==")[0] == component.name
    }


def _range(
    component: ComponentView | None, tried: Mapping[str, bool], introduced: str
) -> tuple[str, tuple[str, ...]]:
    """Return the release that mends it, and the known releases from `introduced` up to it."""
    every = [one.version for one in component.releases] if component else []
    if introduced not in every:
        return "", (introduced,)
    later = every[every.index(introduced) :]
    at = next((at for at, one in enumerate(later) if at and tried.get(one)), None)
    return (later[at], tuple(later[:at])) if at else ("", tuple(later))
