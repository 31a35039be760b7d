"""The matrix as test results, for the dashboards that read JUnit's XML: a suite for each cell.

A probe that is newly bad is a failure. What was bad before, what nobody can tell and what was not
run is skipped, with the reason: a build that stays red over what is known says nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bot.core.outcome import Verdict
from bot.core.phrases import detail, says
from bot.core.report import CellView, Report, Result
from bot.core.sanitise import excerpt, plain

FILE = "junit.xml"
GOOD = frozenset({Verdict.NEW, Verdict.STILL_GOOD, Verdict.FIXED})


class JunitRenderer:
    """Writes `junit.xml`."""

    name = "junit"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return one document with a `testsuite` for each cell and a `testcase` for each probe."""
        root = ET.Element("testsuites", name=_line(report.title))
        for cell in report.cells:
            root.append(_suite(report, cell))
        ET.indent(root, " ")
        text = ET.tostring(root, encoding="unicode")
        return {FILE: f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'}


def _suite(report: Report, cell: CellView) -> ET.Element:
    name = _line(f"{cell.row}: {cell.trigger}")
    cases = [_case(name, result) for result in cell.results]
    if not cases and cell.conflict:
        cases = [_stopped(name, cell)]
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors="0",
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{cell.seconds:.3f}",
        timestamp=report.at.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in (("cell", cell.name), ("word", cell.word), ("against", cell.against)):
        ET.SubElement(properties, "property", name=key, value=_line(value))
    suite.extend(cases)
    return suite


def _case(suite: str, result: Result) -> ET.Element:
    case = ET.Element("testcase", classname=suite, name=_line(result.probe), time="0")
    note = f"; {result.note}" if result.note else ""
    told = _line(f"{result.verdict}: {says(result.outcome)}{note}")
    if result.verdict.bad:
        failure = ET.SubElement(case, "failure", message=told, type=_line(result.verdict.value))
        failure.text = excerpt(detail(result.outcome))
    elif result.verdict not in GOOD:
        ET.SubElement(case, "skipped", message=told)
    return case


def _stopped(suite: str, cell: CellView) -> ET.Element:
    """A cell that could not be made has one case, which says why."""
    case = ET.Element("testcase", classname=suite, name="resolve", time="0")
    ET.SubElement(case, "skipped", message=_line(f"{cell.word}: {cell.conflict}")[:400])
    return case


def _line(text: str) -> str:
    return " ".join(plain(text).split())
