"""What breaks if a component is bumped, release by release, and what breaks where it is used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.report import ComponentView, FindingView, Report
from bot.render.known import known_bad
from bot.render.timeline import EDGE, WIDTH, Step

HEIGHT = 150
FLOOR = 1e-6  # nats: what lies below is drawn there


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """One release, and the findings that it is known to have."""

    version: str
    findings: tuple[FindingView, ...]


def bumps(report: Report, component: ComponentView) -> list[Bump]:
    """Return the releases of `component` that something is known against, newest first."""
    told: dict[str, list[FindingView]] = {}
    for known in known_bad(report):
        if known.package == component.package:
            for version in known.versions:
                told.setdefault(version, []).append(known.finding)
    order = [one.version for one in component.releases]
    ranked = sorted(told, key=lambda version: order.index(version) if version in order else -1)
    return [Bump(version=one, findings=tuple(told[one])) for one in reversed(ranked)]


def affected_by(report: Report, component: ComponentView) -> list[FindingView]:
    """Return what other packages' releases break in the stacks that hold `component`."""
    stacks = {
        cell.row
        for cell in report.cells
        if cell.cell is not None and component.name in dict(cell.cell.components)
    }
    return [
        finding
        for finding in report.findings
        if finding.verdict.bad
        and not finding.declared
        and stacks & {finding.row, *finding.also}
        and finding.explanation is not None
        and component.package not in {one.package for one in finding.explanation.culprits}
        and finding.explanation.culprits
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A plot of numeric drift: points (x, y, version, nats), and lines at powers of ten."""

    points: tuple[tuple[float, float, str, float], ...]
    lines: tuple[tuple[float, str], ...]
    words: str


def drift_plot(steps: Sequence[Step]) -> Drift | None:
    """Return how far each release's numbers lie from the baseline's; None of less than two."""
    known = [(one.version, one.drift) for one in steps if one.drift is not None]
    if len(known) < 2:  # noqa: PLR2004 - one point is no plot
        return None
    top = max(0, math.ceil(_tens(max(value for _, value in known))))
    low = math.floor(_tens(FLOOR))
    apart = (WIDTH - 4 * EDGE) / max(1, len(known) - 1)

    def height(tens: float) -> float:
        return round(EDGE + (top - tens) / (top - low) * (HEIGHT - 2 * EDGE), 1)

    return Drift(
        points=tuple(
            (round(3 * EDGE + at * apart, 1), height(_tens(value)), version, value)
            for at, (version, value) in enumerate(known)
        ),
        lines=tuple((height(tens), f"1e{tens}") for tens in range(low, top + 1, 2)),
        words=f"Largest distance of a log-probability from the baseline's, in nats, for "
        f"{len(known)} releases, on a logarithmic scale",
    )


def _tens(value: float) -> float:
    return math.log10(max(value, FLOOR))
