"""What is known to be bad: packages with the releases that break something, and those that mend it.

A range begins with the first bad release of a culprit. It ends before the first later release of
the component that a cell of the same stack showed to be no worse; where none did, it is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.phrases import no_worse
from bot.core.report import ComponentView, FindingView, Report

ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One culprit of a finding: affected from `introduced` on, before `fixed` (empty: not yet).

    `versions` are the known releases in that range, `beside` the packages that must be up, too.
    """

    finding: FindingView
    package: str
    ecosystem: str
    last_good: str
    introduced: str
    fixed: str = ""
    versions: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def known_bad(report: Report) -> Iterator[Known]:
    """Yield the culprits of what is broken now, in the order of the findings."""
    components = {one.package: one for one in report.components}
    for finding in report.findings:
        culprits = finding.explanation.culprits if finding.explanation else ()
        if not finding.verdict.bad:
            continue
        for culprit in culprits:
            component = components.get(culprit.package)
            fixed, versions = _range(report, finding, component, culprit.first_bad)
            yield Known(
                finding=finding,
                package=culprit.package,
                ecosystem=ECOSYSTEMS.get(component.source if component else "pypi", "PyPI"),
                last_good=culprit.last_good,
                introduced=culprit.first_bad,
                fixed=fixed,
                versions=versions,
                beside=tuple(
                    f"{other.package} {other.first_bad}" for other in culprits if other != culprit
                ),
            )


def _range(
    report: Report, finding: FindingView, component: ComponentView | None, introduced: str
) -> tuple[str, tuple[str, ...]]:
    """Return the release that mends it, and the known releases from `introduced` up to it."""
    if component is None:
        return "", (introduced,)
    every = [one.version for one in component.releases]
    if introduced not in every:
        return "", (introduced,)
    later = every[every.index(introduced) :]
    words = {
        cell.trigger.partition("==")[2]: no_worse(cell)
        for cell in report.cells
        if cell.row == finding.row and cell.trigger.partition("==")[0] == component.name
    }
    at = next((at for at, one in enumerate(later) if at and words.get(one)), None)
    return (later[at], tuple(later[:at])) if at else ("", tuple(later))
