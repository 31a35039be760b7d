"""The report in a real browser: each kind of page, in both themes, wide and narrow, by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from bot.render.html import HtmlRenderer
from bot.render.json import JsonRenderer
from tests.golden.sample import CELLS, REPORT
from tests.real.browser import axe, browser, looks, violations

pytestmark = pytest.mark.real

KINDS = (
    "index.html",
    "cells/chat-xllamacpp-2026.5.9093-cpu.html",
    "findings/5f0c2f9a31d7.html",
    "components/xllamacpp.html",
)
MANY = 100_000
DRAWN = 100  # rows of the matrix that a document may hold


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name, text in {**HtmlRenderer().render(REPORT), **JsonRenderer().render(REPORT)}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = tuple(
        replace(cell, trigger=f"engine==1.{at}")
        for at, cell in enumerate(islice(cycle(CELLS), MANY))
    )
    pages = HtmlRenderer().render(replace(REPORT, cells=cells, components=(), findings=()))
    place = tmp_path_factory.mktemp("large") / "index.html"
    place.write_text(pages["index.html"])
    return place


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    with browser() as told:
        yield told


@pytest.fixture(scope="module")
def program() -> str:
    return axe()


def words(chrome: Chrome, column: int = 3) -> list[str]:
    """The words of a column of the matrix that are drawn, from 1."""
    drawn = f"#cells tbody tr:not(.space) td:nth-child({column})"
    return [one.text for one in chrome.find_elements(By.CSS_SELECTOR, drawn)]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_a_page_is_accessible_and_fits(
    name: str, width: int, *, dark: bool, chrome: Chrome, site: Path, program: str
) -> None:
    looks(chrome, dark=dark, width=width)
    chrome.get((site / name).as_uri())
    assert violations(chrome, program) == []
    wide = chrome.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width, "the page scrolls to the side"
    paper = chrome.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(21, 24, 27)") is dark


@pytest.mark.parametrize("name", KINDS)
def test_a_button_without_a_name_is_seen(
    name: str, chrome: Chrome, site: Path, program: str
) -> None:
    chrome.get((site / name).as_uri())
    chrome.execute_script("document.querySelector('main').append(document.createElement('button'))")
    assert any(one.startswith("button-name") for one in violations(chrome, program))


def test_every_link_of_the_first_page_opens_a_page(chrome: Chrome, site: Path) -> None:
    looks(chrome, dark=False, width=1200)
    chrome.get((site / "index.html").as_uri())
    links = {
        str(one.get_attribute("href")).partition("#")[0]
        for one in chrome.find_elements(By.CSS_SELECTOR, "main a")
    }
    assert len(links) == len(CELLS) + len(REPORT.findings) + len(REPORT.components)
    for link in sorted(links):
        chrome.get(link)
        assert chrome.find_element(By.TAG_NAME, "h1").text
        chrome.find_element(By.CSS_SELECTOR, "nav a").click()
        assert chrome.title == REPORT.title


def test_counts_are_those_of_the_document(chrome: Chrome, site: Path) -> None:
    document = json.loads((site / "report.json").read_text())
    chrome.get((site / "index.html").as_uri())
    shown = [one.text for one in chrome.find_elements(By.CSS_SELECTOR, ".delta b")]
    assert shown == [
        str(len(document["delta"][name]))
        for name in ("newly_broken", "newly_fixed", "newly_flaky", "still_broken", "releases")
    ]
    assert chrome.find_element(By.ID, "told").text == f"7 of {len(document['cells'])} cells"
    assert words(chrome, 1) == [cell["word"] for cell in document["cells"]]
    tally = [cell["tally"] for cell in document["cells"]]
    assert words(chrome, 6)[1] == f"{tally[1]['good']} good, {tally[1]['bad']} bad"


def test_filters_narrow_and_stay_in_the_address(chrome: Chrome, site: Path) -> None:
    chrome.get((site / "index.html").as_uri())
    Select(chrome.find_element(By.ID, "word")).select_by_value("regressed")
    assert words(chrome) == ["xllamacpp==2026.5.9093", "newest"]
    chrome.find_element(By.ID, "find").send_keys("CHAT newest")
    assert words(chrome) == ["newest"]
    assert chrome.find_element(By.ID, "told").text == "1 of 7 cells"
    address = chrome.current_url
    assert "word=regressed" in address
    chrome.get("about:blank")
    chrome.get(address)
    assert words(chrome) == ["newest"]
    Select(chrome.find_element(By.ID, "word")).select_by_value("fixed")
    assert words(chrome) == []
    chrome.find_element(By.ID, "find").clear()
    chrome.find_element(By.ID, "find").send_keys("openai")
    assert words(chrome) == ["openai==3.54.0"]


def test_a_column_sorts_both_ways_and_says_so(chrome: Chrome, site: Path) -> None:
    chrome.get((site / "index.html").as_uri())
    head = chrome.find_element(By.CSS_SELECTOR, "[data-sort=upgrade]")
    head.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert head.get_attribute("aria-sort") == "ascending"
    up = words(chrome)
    assert up == sorted(up, key=str.lower)
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert sorted(up, reverse=True) == words(chrome)
    chrome.find_element(By.CSS_SELECTOR, "[data-sort=probes] button").click()
    assert head.get_attribute("aria-sort") is None
    assert words(chrome, 1)[-1] == "regressed"


def test_the_keyboard_gets_everywhere(chrome: Chrome, site: Path) -> None:
    chrome.get((site / "index.html").as_uri())
    active = chrome.switch_to.active_element
    active.send_keys(Keys.TAB)
    skip = chrome.switch_to.active_element
    assert skip.text == "Skip to the content"
    assert skip.location["x"] >= 0, "it shows when it has the focus"
    seen = []
    for _ in range(60):
        chrome.switch_to.active_element.send_keys(Keys.TAB)
        now = chrome.switch_to.active_element
        seen.append(now.get_attribute("id") or now.text)
    wanted = {"find", "word", "stack", "backend", "window", "Verdict", "newest", "openai"}
    assert wanted <= set(seen)


def test_without_scripts_the_matrix_is_there(site: Path) -> None:
    with browser(scripts=False) as chrome:
        chrome.get((site / "index.html").as_uri())
        assert words(chrome, 1) == [cell.word for cell in CELLS]
        assert not chrome.find_element(By.ID, "find").is_displayed()


def test_a_hundred_thousand_cells_are_a_window(chrome: Chrome, large: Path) -> None:
    looks(chrome, dark=False, width=1200)
    chrome.get(large.as_uri())

    def drawn() -> int:
        return len(words(chrome, 1))

    assert 0 < drawn() <= DRAWN
    view = chrome.find_element(By.ID, "window")
    assert chrome.find_element(By.ID, "told").text == f"{MANY} of {MANY} cells"
    chrome.execute_script("arguments[0].scrollTop = arguments[0].scrollHeight", view)
    chrome.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert words(chrome)[-1] == f"engine==1.{MANY - 1}"
    assert drawn() <= DRAWN
    chrome.find_element(By.ID, "find").send_keys("engine==1.99999")
    assert words(chrome) == ["engine==1.99999"]
    Select(chrome.find_element(By.ID, "word")).select_by_value("flaky")
    chrome.find_element(By.ID, "find").clear()
    chrome.find_element(By.ID, "find").send_keys(" ")
    share = sum(cell.word == "flaky" for cell in islice(cycle(CELLS), MANY))
    assert chrome.find_element(By.ID, "told").text == f"{share} of {MANY} cells"
    assert 0 < drawn() <= DRAWN
