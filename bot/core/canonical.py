"""A report without what differs between two equal runs, so that equality can be tested.

A run that was killed and resumed must say what an undisturbed one says. Left out: times, hosts,
ports, paths, seconds, the number of the run, how many cells were executed, what the search cost,
and values of log-probabilities, which are noise by nature.

>>> import datetime
>>> from bot.core.report import Delta
>>> def at(day, run):
...     return Report(title="t", run=run, at=datetime.datetime(2026, 1, day), bot="1", suite="s",
...                   delta=Delta(), findings=(), cells=(), executed=run)
>>> canonical(at(1, 1)) == canonical(at(2, 9))
True
"""

from __future__ import annotations

import json
import re

from bot.core.model import NOT_EXPOSED, Json, Link
from bot.core.outcome import Diverged, Explanation, Failed, Outcome, Passed, Verdict
from bot.core.phrases import detail
from bot.core.report import CellView, Delta, FindingView, Report, Result

_RULES = (
    (
        re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"),
        "<time>",
    ),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"), "<time>"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|s|seconds?)\b"), "<seconds>"),
    (re.compile(r"(?:\b(?:\d{1,3}\.){3}\d{1,3}|\blocalhost|\[::1?\])(?::\d+)?"), "<host>"),
    (re.compile(r"(?i)\bport[ =]\d+"), "<port>"),
    (re.compile(r"0x[0-9a-fA-F]+"), "<address>"),
    (re.compile(r"(?<![\w:/<.])(?:[A-Za-z]:)?(?:[/\\][\w.+@~-]+){2,}[/\\]?"), "<path>"),
    (re.compile(r"\bpid[ =:]*\d+", re.IGNORECASE), "<pid>"),
)


def canonical(report: Report) -> str:
    """Return `report` as sorted JSON text; equal runs give equal texts, byte for byte."""
    told: dict[str, Json] = {
        "title": report.title,
        "bot": report.bot,
        "suite": report.suite,
        "delta": _delta(report.delta),
        "cells": _sorted([_cell(cell) for cell in report.cells]),
        "findings": _sorted([_finding(finding) for finding in report.findings]),
    }
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def scrub(text: str) -> str:
    """Return `text` with places and moments replaced by their kinds."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def _sorted(values: list[Json]) -> list[Json]:
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))


def _delta(delta: Delta) -> dict[str, Json]:
    return {
        "newly_broken": [*sorted(delta.newly_broken)],
        "newly_fixed": [*sorted(delta.newly_fixed)],
        "newly_flaky": [*sorted(delta.newly_flaky)],
        "still_broken": [*sorted(delta.still_broken)],
        "releases": _sorted([[one.component, one.version, one.yanked] for one in delta.releases]),
        "withdrawn": _sorted([[one.component, one.version, one.yanked] for one in delta.withdrawn]),
    }


def _cell(cell: CellView) -> Json:
    return {
        "name": cell.name,
        "row": cell.row,
        "trigger": cell.trigger,
        "against": cell.against,
        "word": cell.word,
        "environment": scrub(cell.environment),
        "conflict": scrub(cell.conflict),
        "closure": dict(cell.cell.closure.versions) if cell.cell else {},
        "tally": [cell.tally.good, cell.tally.bad, cell.tally.grey],
        "moved": _sorted([[*one] for one in cell.moved]),
        "results": _sorted([_result(result) for result in cell.results]),
    }


def _result(result: Result) -> Json:
    told: dict[str, Json] = {"probe": result.probe, "verdict": result.verdict.value}
    if result.verdict not in {Verdict.FLAKY, Verdict.SPURIOUS}:  # these differ by their nature
        told |= {
            "signature": result.signature,
            "outcome": _outcome(result.outcome),
            "before": _outcome(result.before),
            "exposed": [link.value for link, value in result.seen if value != NOT_EXPOSED],
        }
    return told


def _outcome(outcome: Outcome | None) -> Json:
    if outcome is None:
        return None
    told: dict[str, Json] = {"word": outcome.word}
    match outcome:
        case Passed(unheld=unheld):
            told["unheld"] = [link.value for link in unheld]
        case Diverged(link=link, shape=shape, diff=diff):
            told |= {"link": link.value, "shape": shape}
            told["diff"] = _diff(diff, link)
        case Failed(phase=phase, reason=reason, message=message, link=at):
            told |= {"phase": phase.value, "reason": reason.value, "message": scrub(message)}
            told["link"] = at.value if at else None
        case _:
            told["detail"] = scrub(detail(outcome))
    return told


def _diff(diff: str, link: Link | None) -> str:
    return "<noise>" if link is Link.LOGPROBS else scrub(diff)


def _finding(finding: FindingView) -> Json:
    return {
        "finding": finding.finding,
        "row": finding.row,
        "cell": finding.cell,
        "verdict": finding.verdict.value,
        "probes": [*sorted(finding.probes)],
        "link": finding.link.value if finding.link else None,
        "signature": finding.signature,
        "diff": _diff(finding.diff, finding.link),
        "explanation": _explanation(finding.explanation),
        "repro": scrub(finding.repro),
        "fails": scrub(finding.fails),
        "passes": scrub(finding.passes),
        "verified": finding.verified,
        "target": finding.target,
    }


def _explanation(explanation: Explanation | None) -> Json:
    if explanation is None:
        return None
    return {
        "ending": explanation.ending.value,
        "culprits": _sorted(
            [
                [one.package, one.last_good, one.first_bad, one.yanked]
                for one in explanation.culprits
            ]
        ),
        "moves_with": _sorted([[one.package, one.because] for one in explanation.moves_with]),
        "gaps": [*sorted(explanation.gaps)],
        "kind": explanation.kind,
        "signature": explanation.signature,
        "link": explanation.link.value if explanation.link else None,
        "first_differs": explanation.first_differs,
    }
