"""What is known to be bad, for programs: an advisory for each finding, in the shape of OSV.

The fields are those of https://ossf.github.io/osv-schema/ 1.6; what that has no place for (the
link, the signature, what must be up besides, how to live with it) is in `database_specific`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby

from bot.core.model import Json
from bot.core.phrases import headline, symptom
from bot.core.report import FindingView, Report
from bot.core.sanitise import plain
from bot.render.addresses import slug
from bot.render.known import Known, known_bad

OSV = "1.6.0"


class AdvisoriesRenderer:
    """Writes `advisories/FINDING.json`."""

    name = "advisories"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return an advisory for each finding that is bad and whose culprit is known."""
        return {
            f"advisories/{slug(name)}.json": json.dumps(_advisory(report, [*each]), indent=1) + "\n"
            for name, each in groupby(known_bad(report), key=lambda one: one.finding.finding)
        }


def _advisory(report: Report, known: list[Known]) -> dict[str, Json]:
    finding = known[0].finding
    return {
        "schema_version": OSV,
        "id": f"STACKMATRIX-{finding.finding}",
        "modified": report.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": _line(headline(finding))[:120],
        "details": _details(finding),
        "affected": [_affected(one) for one in known],
        "database_specific": {
            "link": finding.link.value if finding.link else None,
            "signature": plain(finding.signature),
            "stack": _line(finding.row),
            "only_together": len(known) > 1,
            "last_good": {one.package: one.last_good for one in known},
            "tested_fine": {one.package: [*one.fine] for one in known},
            "workaround": [_line(_workaround(one)) for one in known],
            "verified": finding.verified,
        },
    }


def _affected(one: Known) -> Json:
    events: list[Json] = [{"introduced": one.introduced}]
    events += [{"fixed": one.fixed}] if one.fixed else []
    return {
        "package": {"ecosystem": one.ecosystem, "name": one.package},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
        "versions": [*one.versions],
    }


def _details(finding: FindingView) -> str:
    words = [_line(symptom(finding.signature))]
    words += [f"Expected: {_line(finding.because)}"] if finding.because else []
    words += [f"Fails: {finding.fails}", f"Passes: {finding.passes}"] if finding.verified else []
    return "\n".join(words)


def _workaround(one: Known) -> str:
    stay = f"stay at {one.package} {one.last_good}" if one.last_good else "no good release is known"
    return f"{stay}, or take {one.fixed} or newer" if one.fixed else stay


def _line(text: str) -> str:
    return " ".join(plain(text).split())
