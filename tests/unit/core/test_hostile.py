"""A stranger's text does nothing to a reader, a terminal or a tracker, wherever a draft shows it.

The judge of the markup is a CommonMark parser, not our own idea of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.draft import LIMIT, draft, named
from bot.core.model import Json, Link, Pin
from bot.core.report import CellView, FindingView
from tests.golden.sample import CELLS, FINDINGS
from tests.unit.core.hostile import KEY, SECRETS, TEXTS

NAME = "0123456789abcdef"
SECTIONS = [
    "How to see it",
    "What differs",
    "Where it changed",
    "Where it was measured",
    "How sure this is",
    "How to answer",
]
OURS = re.compile(r"https://pypi\.org/project/[\w.-]+/[\w.+!-]+/")
HTML = re.compile(r"(<details><summary>Installed packages \(\d+\)</summary>|</details>)\s*")


def everywhere(text: str) -> tuple[FindingView, CellView]:
    """Put `text` wherever a stranger's word can stand in a finding; all of it where logs can."""
    short = text[:20_000]
    cell = CELLS[1]
    first = cell.results[0]
    told: Json = {"content": text, "lines": [text[:5000]]}
    shown = replace(
        first,
        probe=text[:200],
        seen=((Link.MESSAGE, text), (Link.TEXT, told)),
        expected=((Link.MESSAGE, told), (Link.TEXT, text)),
        log=text,
    )
    assert cell.cell is not None
    pins = (*cell.cell.closure.pins, Pin(name=text[:200], version=text[:200]))
    there = replace(cell.cell, closure=replace(cell.cell.closure, pins=pins), interpreter=short)
    moved = (*cell.moved, (text[:200], text[:200], text[:200]))
    cell = replace(cell, cell=there, results=(shown,), moved=moved, environment=short)
    finding = replace(
        FINDINGS[0],
        finding=NAME,
        probes=(text[:200],),
        link=Link.MESSAGE,
        diff=text,
        signature=short,
        because=short,
        cell=short,
    )
    return finding, cell


def walk(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *walk(token.children or []))]


@pytest.fixture(params=sorted(TEXTS), scope="module")
def drafted(request: pytest.FixtureRequest) -> tuple[str, str]:
    finding, cell = everywhere(TEXTS[request.param])
    return draft(finding, cell, bot="1", platform="Linux")


def test_there_are_enough_of_them() -> None:
    assert len(TEXTS) >= 40
    assert max(map(len, TEXTS.values())) > 10_000_000


def test_a_reader_sees_our_parts_and_nothing_that_acts(drafted: tuple[str, str]) -> None:
    title, body = drafted
    parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    tokens = walk(parser.parse(body))
    at = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert [tokens[n + 1].content for n in at] == SECTIONS
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert [link for link in links if not OURS.fullmatch(link)] == []
    kinds = {token.type for token in tokens}
    assert not kinds & {"image", "table_open", "s_open", "strong_open", "em_open", "hr"}
    html = [token.content for token in tokens if token.type in {"html_block", "html_inline"}]
    assert [one for one in html if not HTML.fullmatch(one)] == []
    assert "\n" not in title


def test_nobody_is_called_and_nothing_is_closed(drafted: tuple[str, str]) -> None:
    for text in drafted:
        assert not re.search(r"@\w", re.sub(r"\d@cpu|[\w.-]@[\w.-]+\.invalid", "", text))
        assert not re.search(r"#\d|(?i:\bgh)-\d", text)
        assert not re.search(r"//(www\.)?github\.com/", text)


def test_no_character_acts(drafted: tuple[str, str]) -> None:
    for text in drafted:
        kinds = {
            unicodedata.category(char) for char in set(text.replace("\u200b", "")) - {"\n", "\t"}
        }
        assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def test_a_draft_fits_and_carries_its_own_fingerprint(drafted: tuple[str, str]) -> None:
    title, body = drafted
    assert len(body) <= LIMIT
    assert len(title) <= 256
    assert named(body) == NAME


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_key_is_told(name: str) -> None:
    title, body = draft(*everywhere(TEXTS[f"secret: {name}"]))
    secret = SECRETS[name].replace("\x1b[1m", "").replace("\x1b[0m", "")
    for text in (title, body):
        assert secret not in text
        assert KEY not in text
        assert "MIIEow" not in text


def test_the_judge_sees_what_acts() -> None:
    """Planted: the same text, not made harmless, is caught by the same parser."""
    parser = MarkdownIt("commonmark")
    for name, kind in (("image", "image"), ("script", "html_block"), ("heading", "heading_open")):
        assert kind in {token.type for token in walk(parser.parse(TEXTS[name]))}
