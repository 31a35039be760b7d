"""What is broken, in the shape that GitHub's code scanning and other tools for findings read.

SARIF 2.1.0 (OASIS). A rule is the link at which answers part first, or the phase in which a cell
stopped; a result is a finding. It stands in the matrix at the line of the component that changed,
which is the line a person edits to hold it back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath

from bot.core.model import Json
from bot.core.outcome import Verdict
from bot.core.phrases import ending, headline, symptom
from bot.core.report import FindingView, Report
from bot.core.sanitise import plain

FILE = "stackmatrix.sarif"
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
CRASH = "stopped"


class SarifRenderer:
    """Writes `stackmatrix.sarif`."""

    name = "sarif"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return one run with a result for each finding that is bad."""
        bad = [each for each in report.findings if each.verdict.bad]
        rules = [*dict.fromkeys(_rule(each) for each in bad)]
        run: dict[str, Json] = {
            "tool": {"driver": _driver(report, rules)},
            "automationDetails": {"id": f"stackmatrix/{report.run}"},
            "columnKind": "unicodeCodePoints",
            "results": [_result(report, each, rules) for each in bad],
        }
        whole: dict[str, Json] = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        return {FILE: json.dumps(whole, indent=1) + "\n"}


def _driver(report: Report, rules: list[str]) -> Json:
    return {
        "name": "stackmatrix",
        "version": report.bot,
        "semanticVersion": report.bot,
        "rules": [_told(rule) for rule in rules],
    }


def _told(rule: str) -> Json:
    at = rule.removeprefix("chain/").replace("_", " ")
    short = (
        "An upgrade stops the stack."
        if rule == f"chain/{CRASH}"
        else f"An upgrade changes what the stack shows at the link: {at}."
    )
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in f"stack {at}".split()),
        "shortDescription": {"text": short},
        "fullDescription": {"text": f"{short} It worked with the releases of the baseline."},
        "help": {"text": "Hold the component back, or run the proof that the report shows."},
        "defaultConfiguration": {"level": "error"},
    }


def _rule(finding: FindingView) -> str:
    return f"chain/{finding.link.value if finding.link else CRASH}"


def _result(report: Report, finding: FindingView, rules: list[str]) -> Json:
    fresh = finding.finding in report.delta.newly_broken
    return {
        "ruleId": _rule(finding),
        "ruleIndex": rules.index(_rule(finding)),
        "level": "error" if fresh or finding.verdict is Verdict.REGRESSED else "warning",
        "baselineState": "new" if fresh else "unchanged",
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _place(report, finding)}],
        "partialFingerprints": {"stackmatrix/v1": finding.finding},
        "properties": {
            "stack": _line(finding.row),
            "cell": _line(finding.cell),
            "probes": [_line(probe) for probe in finding.probes],
            "target": _line(finding.target),
        },
    }


def _message(finding: FindingView) -> str:
    told = [_line(headline(finding)), _line(symptom(finding.signature))]
    told += [_line(ending(finding.explanation))] if finding.explanation else []
    told += [f"Fails: {finding.fails}", f"Passes: {finding.passes}"] if finding.verified else []
    return "\n".join(dict.fromkeys(line for line in told if line))


def _place(report: Report, finding: FindingView) -> Json:
    """Return the line of the component that is accused, or of the stack where it shows."""
    culprits = finding.explanation.culprits if finding.explanation else ()
    packages = {one.package: one.name for one in report.components}
    names = [packages[one.package] for one in culprits if one.package in packages]
    line = next((report.lines[name] for name in (*names, finding.row) if name in report.lines), 1)
    file = PurePath(report.config)
    outside = file.is_absolute() or ".." in file.parts
    return {
        "artifactLocation": {"uri": file.name if outside else file.as_posix()},
        "region": {"startLine": line},
    }


def _line(text: str) -> str:
    return " ".join(plain(text).split())
