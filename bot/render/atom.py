"""What changed from run to run, as a feed: an entry for each finding that broke, was mended, etc.

Atom, RFC 4287. An entry's id is made of the run and the finding, so a reader sees each once.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote
from xml.etree import ElementTree as ET

from bot.core.report import Change, Report
from bot.core.sanitise import plain
from bot.render.addresses import INDEX, finding_page

FILE = "feed.xml"
TITLE = 200  # characters
_ATOM = "http://www.w3.org/2005/Atom"


class AtomRenderer:
    """Writes `feed.xml`."""

    name = "atom"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return the changes of the last runs, newest first."""
        ET.register_namespace("", _ATOM)
        feed = ET.Element(f"{{{_ATOM}}}feed")
        _text(feed, "id", f"urn:stackmatrix:{_name(report.title)}")
        _text(feed, "title", report.title)
        _text(feed, "updated", report.at.isoformat())
        _text(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", f"stackmatrix {report.bot}")
        ET.SubElement(feed, f"{{{_ATOM}}}link", rel="alternate", href=INDEX)
        there = {finding.finding for finding in report.findings}
        for change in report.changes:
            _entry(feed, report, change, page=change.name in there)
        ET.indent(feed, " ")
        text = ET.tostring(feed, encoding="unicode")
        return {FILE: f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'}


def _entry(feed: ET.Element, report: Report, change: Change, *, page: bool) -> None:
    entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
    name = f"{_name(report.title)}:{change.run}:{_name(change.kind)}:{_name(change.name)}"
    _text(entry, "id", f"urn:stackmatrix:{name}")
    _text(entry, "title", f"{change.kind}: {change.title}"[:TITLE])
    _text(entry, "updated", change.at.isoformat())
    ET.SubElement(
        entry,
        f"{{{_ATOM}}}link",
        rel="alternate",
        href=finding_page(change.name) if page else INDEX,
    )
    _text(entry, "summary", f"{change.title[:TITLE]}; run {change.run}")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = " ".join(plain(text).split())


def _name(words: str) -> str:
    return quote(" ".join(plain(words).split()), safe="")[:200]
