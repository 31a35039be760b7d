"""The report for machines: one versioned JSON document, described by `report.schema.json`.

Text that came from a cell is made plain first; what a person copies (the proof and its two
commands) stays exactly as it is. JSON's own escapes keep everything else from acting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.brakes import Brake
from bot.core.model import Json, Release
from bot.core.outcome import (
    Diverged,
    Explanation,
    Failed,
    Inside,
    NotRun,
    Outcome,
    Passed,
    Unsolvable,
)
from bot.core.phrases import again, find_cell
from bot.core.report import CellView, ComponentView, FindingView, Report, Result
from bot.core.sanitise import excerpt, plain

VERSION = 1


class JsonRenderer:
    """Writes `report.json`."""

    name = "json"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return the report as indented ASCII JSON."""
        told: dict[str, Json] = {
            "stackmatrix": {"report": VERSION},
            "title": report.title,
            "run": report.run,
            "at": report.at.isoformat(),
            "bot": report.bot,
            "suite": report.suite,
            "platform": report.platform,
            "model": {"name": report.model, "sha256": report.model_digest},
            "executed": report.executed,
            "repeats": {
                "hits": report.repeats.hits,
                "total": report.repeats.total,
                "low": report.repeats.low,
                "high": report.repeats.high,
            },
            "filed": [_brake(each) for each in report.brakes],
            "components": [_component(each) for each in report.components],
            "upstreams": dict(report.upstreams),
            "promises": dict(report.promises),
            "delta": _delta(report),
            "cells": [_cell(cell) for cell in report.cells],
            **({"withheld": report.withheld} if report.withheld else {}),
            **({"withheld_new": report.withheld_new} if report.withheld_new else {}),
            "findings": [_finding(report, finding) for finding in report.findings],
        }
        return {"report.json": json.dumps(told, indent=1) + "\n"}


def _brake(brake: Brake) -> Json:
    return {
        "target": brake.target,
        "filed": brake.filed,
        "accepted": brake.accepted,
        "fixed": brake.fixed,
        "invalid": brake.invalid,
        "ignored": brake.ignored,
    }


def _delta(report: Report) -> Json:
    delta = report.delta
    return {
        "newly_broken": [*delta.newly_broken],
        "newly_fixed": [*delta.newly_fixed],
        "newly_flaky": [*delta.newly_flaky],
        "still_broken": [*delta.still_broken],
        "releases": [_release(one) for one in delta.releases],
        "withdrawn": [_gone(report, one) for one in delta.withdrawn],
    }


def _gone(report: Report, one: Release) -> Json:
    word = again(report, one)
    return {**_release(one), **({"again": word} if word else {})}


def _release(one: Release) -> dict[str, Json]:
    return {
        "component": one.component,
        "version": one.version,
        "uploaded": one.uploaded.isoformat() if one.uploaded else None,
        "origin": one.origin,
        "yanked": None if one.yanked is None else plain(one.yanked),
    }


def _component(each: ComponentView) -> Json:
    return {
        "name": each.name,
        "role": each.role,
        "package": each.package,
        "source": each.source,
        "upstream": each.upstream,
        "releases": [_release(one) for one in each.releases],
    }


def _cell(cell: CellView) -> Json:
    return {
        "row": cell.row,
        "trigger": cell.trigger,
        "name": cell.name,
        "word": cell.word,
        "against": cell.against,
        "environment": cell.environment,
        "device": plain(cell.device),
        "image": cell.image,
        "containers": [*cell.containers],
        "conflict": plain(cell.conflict),
        "executed": cell.executed,
        "seconds": cell.seconds,
        "backend": cell.backend,
        "model": cell.cell.model if cell.cell else "",
        "interpreter": cell.cell.interpreter if cell.cell else "",
        "closure": dict(cell.cell.closure.versions) if cell.cell else {},
        "moved": [
            {"package": package, "before": before, "after": after}
            for package, before, after in cell.moved
        ],
        "tally": {"good": cell.tally.good, "bad": cell.tally.bad, "grey": cell.tally.grey},
        "results": [_result(result) for result in cell.results],
        "history": [
            {"run": one.run, "at": one.at.isoformat(), "word": one.word} for one in cell.history
        ],
    }


def _result(result: Result) -> Json:
    return {
        "probe": result.probe,
        "verdict": result.verdict.value,
        "signature": plain(result.signature),
        "outcome": _outcome(result.outcome),
        "before": _outcome(result.before) if result.before else None,
        "log": excerpt(result.log) if result.log else "",
        **({"note": plain(result.note)} if result.note else {}),
    }


def _outcome(outcome: Outcome) -> Json:
    match outcome:
        case Passed(unheld=unheld):
            return {"word": outcome.word, "unheld": [link.value for link in unheld]}
        case Diverged(link=link, diff=diff, shape=shape):
            told: dict[str, Json] = {"word": outcome.word, "link": link.value}
            return told | {"diff": plain(diff), "shape": plain(shape)}
        case Failed(phase=phase, reason=reason, message=message, link=at):
            told = {"word": outcome.word, "phase": phase.value, "reason": reason.value}
            return told | {"message": plain(message), "link": at.value if at else None}
        case Unsolvable(conflict=conflict):
            return {"word": outcome.word, "conflict": plain(conflict)}
        case NotRun(why=why):
            return {"word": outcome.word, "why": plain(why)}


def _finding(report: Report, finding: FindingView) -> Json:
    cell = find_cell(report, finding)
    return {
        "finding": finding.finding,
        "row": finding.row,
        **({"also": [*finding.also]} if finding.also else {}),
        "cell": finding.cell,
        "trigger": cell.trigger if cell else "",
        "verdict": finding.verdict.value,
        "probes": [*finding.probes],
        "link": finding.link.value if finding.link else None,
        "signature": plain(finding.signature),
        "diff": plain(finding.diff),
        "because": finding.because,
        "tested": [{"pinned": plain(one.pinned), "word": one.word} for one in finding.tested],
        "swap": [{"link": link, "stage": word} for link, word in finding.swap],
        "explanation": _explanation(finding.explanation) if finding.explanation else None,
        "repro": finding.repro,
        "repro_name": finding.repro_name,
        "fails": finding.fails,
        "passes": finding.passes,
        "verified": finding.verified,
        "target": finding.target,
        "draft": finding.draft,
        **_thread(finding),
    }


def _thread(finding: FindingView) -> dict[str, Json]:
    at = finding.thread
    return {"thread": {"url": plain(at), "state": plain(finding.state)}} if at else {}


def _explanation(explanation: Explanation) -> Json:
    cost = explanation.cost
    return {
        "ending": explanation.ending.value,
        "culprits": [
            {
                "package": one.package,
                "last_good": one.last_good,
                "first_bad": one.first_bad,
                "yanked": one.yanked,
                **({"inside": [_inside(each) for each in one.inside]} if one.inside else {}),
            }
            for one in explanation.culprits
        ],
        "moves_with": [
            {"package": one.package, "because": plain(one.because)}
            for one in explanation.moves_with
        ],
        "gaps": [*explanation.gaps],
        "kind": explanation.kind,
        "signature": plain(explanation.signature),
        "link": explanation.link.value if explanation.link else None,
        "confidence": explanation.confidence,
        "cost": {
            "ends": cost.ends,
            "search": cost.search,
            "confirm": cost.confirm,
            "speculative": cost.speculative,
        },
        "limit": explanation.limit,
        "why": plain(explanation.why),
        "first_differs": explanation.first_differs,
    }


def _inside(each: Inside) -> Json:
    return {
        "name": plain(each.name),
        "repo": plain(each.repo),
        "last_good": plain(each.last_good),
        "first_bad": plain(each.first_bad),
        "commits": each.commits,
        "compare": plain(each.compare),
    }
