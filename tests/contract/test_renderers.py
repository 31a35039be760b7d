"""What every renderer promises, on the shared sample matrix and on hostile and empty ones."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

import bot.render
from bot.app import RENDERERS
from bot.core.report import Delta, Report
from bot.ports import Renderer
from bot.render.html import HtmlRenderer
from bot.render.json import JsonRenderer
from bot.render.markdown import MarkdownRenderer
from tests.golden.sample import CELLS, FINDINGS, HOSTILE, REPORT

EMPTY = replace(REPORT, delta=Delta(), findings=(), cells=(), promises={}, platform="", model="")
VOID = {"meta", "input", "br", "img", "link", "hr"}


def text_of(renderer: Renderer, report: Report) -> str:
    """The first file, which is the only one of all formats but the pages."""
    return next(iter(renderer.render(report).values()))


def pages() -> dict[str, str]:
    return dict(HtmlRenderer().render(REPORT))


PAGES = sorted(pages())


class Page(HTMLParser):
    """Checks nesting, and collects tags, ids, links and buttons."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def every(self, name: str) -> list[str]:
        return [value for _, attrs in self.seen if (value := attrs.get(name)) is not None]


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda one: one.name)
def test_the_sample(renderer: Renderer, snapshot: SnapshotAssertion) -> None:
    assert renderer.render(REPORT) == snapshot


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda one: one.name)
def test_rendering_twice_is_the_same_and_empty_is_no_crash(renderer: Renderer) -> None:
    assert renderer.render(REPORT) == renderer.render(REPORT)
    assert all(renderer.render(EMPTY).values())


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda one: one.name)
def test_nothing_hostile_gets_through(renderer: Renderer) -> None:
    for text in renderer.render(REPORT).values():
        assert "ghp_0123" not in text
        assert "sk-proj-0123" not in text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        text.encode()


def test_the_document_is_what_its_schema_says() -> None:
    folder = Path(next(iter(bot.render.__path__))) / "templates"
    schema = json.loads((folder / "report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for report in (REPORT, EMPTY):
        document = json.loads(text_of(JsonRenderer(), report))
        jsonschema.validate(document, schema)
    del document["delta"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_the_document_says_where_a_finding_shows() -> None:
    document = json.loads(text_of(JsonRenderer(), REPORT))
    assert document["stackmatrix"] == {"report": 1}
    assert [one["trigger"] for one in document["findings"]] == [
        "xllamacpp==2026.5.9093",
        "newest",
    ]
    assert document["findings"][0]["repro"] == FINDINGS[0].repro
    assert document["cells"][1]["closure"]["xllamacpp"] == "2026.5.9093"


def test_there_is_a_page_for_each_cell_finding_and_component() -> None:
    kinds = Counter(name.partition("/")[0] for name in PAGES)
    assert kinds == {
        "index.html": 1,
        "cells": len(CELLS),
        "findings": len(FINDINGS),
        "components": len(REPORT.components),
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_needs_no_network(name: str) -> None:
    page = Page(pages()[name])
    assert page.open == []
    assert page.every("src") == []
    outside = {link for link in page.every("href") if ":" in link}
    threads = {one.thread for one in REPORT.findings}
    assert outside <= {one.upstream for one in REPORT.components} | threads
    assert not {tag for tag, _ in page.seen} & {"img", "link", "iframe", "object"}
    scripts = [attrs for tag, attrs in page.seen if tag == "script"]
    assert [one for one in scripts if one.get("type") != "application/json"] == [{}]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere_and_every_control_has_a_name(name: str) -> None:
    page = Page(pages()[name])
    ids = page.every("id")
    assert len(ids) == len(set(ids))
    links = [link for link in page.every("href") if ":" not in link]
    there = {link[1:] for link in links if link.startswith("#")}
    assert there | {*page.every("aria-labelledby"), *page.every("data-of")} <= set(ids)
    beside = {posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) for link in links
              if not link.startswith("#")}  # fmt: skip
    assert beside <= set(PAGES)
    assert beside or name == "index.html"
    for tag, attrs in page.seen:
        assert tag != "button" or attrs.get("aria-label")


def test_every_page_can_be_reached_from_the_first() -> None:
    page = Page(pages()["index.html"])
    assert set(PAGES) - {"index.html"} <= set(page.every("href"))


def test_every_cell_shows_its_word_and_not_only_a_colour() -> None:
    text = text_of(HtmlRenderer(), REPORT)
    for cell in CELLS:
        assert re.search(rf'<span class="word [a-z]+">{cell.word}</span>', text)
        assert f"**{cell.word}**" in text_of(MarkdownRenderer(), REPORT)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_has_contrast_in_light_and_dark() -> None:
    text = text_of(HtmlRenderer(), REPORT)
    themes = re.findall(r":root\{([^}]*)\}", text)
    assert len(themes) == 2
    for theme in themes:
        colour = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", theme))
        pairs = [(ink, paper) for ink in ("ink", "soft", "link") for paper in ("paper", "card")]
        pairs += [(word, f"{word}-bg") for word in ("good", "bad", "grey")]
        for ink, paper in pairs:
            low, high = sorted((_luminance(colour[ink]), _luminance(colour[paper])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, paper)


@pytest.mark.parametrize("times", [200, 1001])
def test_a_summary_stays_below_one_mebibyte_and_says_what_is_missing(times: int) -> None:
    many = replace(
        REPORT,
        cells=tuple(replace(CELLS[4], conflict=HOSTILE, trigger=f"a=={n}") for n in range(times)),
        findings=tuple(
            replace(FINDINGS[1], finding=f"{n}", diff=HOSTILE.replace("A" * 3000, "Ü\n" * 40))
            for n in range(times)
        ),
    )
    text = text_of(MarkdownRenderer(), many)
    assert len(text.encode()) < 1024 * 1024
    assert ("in report.json" in text) == (times > 200)


def test_a_summary_of_too_many_rows_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.render.markdown.LIMIT", 20_000)
    rows = tuple(replace(CELLS[0], row=f"{n} " + "🦙" * 280) for n in range(30))
    text = text_of(MarkdownRenderer(), replace(REPORT, cells=rows))
    assert 19_000 < len(text.encode()) <= 20_000
    assert text.endswith("report.json has it.\n")


def test_a_summary_mentions_nobody() -> None:
    text = text_of(MarkdownRenderer(), REPORT)
    assert not re.search(r"@\w|(?<!&)#\d|GH-\d|//github\.com", text)


@pytest.mark.parametrize("name", ["html", "markdown", "json"])
def test_what_was_withdrawn_after_it_was_tested_is_told_with_its_reason(name: str) -> None:
    gone = tuple(replace(one, yanked="it <leaks>") for one in REPORT.delta.releases[:1])
    told = replace(REPORT, delta=replace(REPORT.delta, withdrawn=gone))
    renderer = next(one for one in RENDERERS if one.name == name)
    text = "".join(renderer.render(told).values())
    assert "leaks" in text
    assert "withdrawn" in text.lower()
    assert "it <leaks>" not in text or name == "json"
