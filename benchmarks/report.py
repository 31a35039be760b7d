"""A matrix of 100,000 cells: what its data costs against rows by jinja2, and how soon it is seen.

    python -m benchmarks.report [--cells N] [--times N]

Prints seconds of each, the median of several in turn: the data of the table (`bot.render.rows`)
and the same rows drawn by the template of the page, in one process; then, in headless Chromium,
from the start of the navigation to the first paint, and from a key in the filter to the next frame.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from selenium.webdriver import Chrome

from bot.core.report import CellView
from bot.render.html import HtmlRenderer, templates
from bot.render.rows import embedded, table
from tests.golden.sample import CELLS, REPORT
from tests.real.browser import browser, looks

ROWS = """{% from "parts.html.j2" import row_part with context %}
{% for cell in cells %}{{ row_part(cell, "") }}{% endfor %}"""
PAINT = "return performance.getEntriesByType('paint').map(e => e.startTime)[0]"
FILTER = """
const done = arguments[0], find = document.getElementById('find'), began = performance.now();
find.value = '1.9999'; find.dispatchEvent(new Event('input'));
requestAnimationFrame(() => done([performance.now() - began,
    document.querySelectorAll('#cells tr').length, document.getElementById('told').textContent]));
"""


def many(count: int) -> tuple[CellView, ...]:
    """Return so many cells, no two of one release."""
    cells = islice(cycle(CELLS), count)
    return tuple(replace(cell, trigger=f"engine==1.{at}") for at, cell in enumerate(cells))


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def shown(chrome: Chrome, page: Path) -> tuple[float, float, int, str]:
    """Return milliseconds to the first paint and of a filter, rows drawn, and what is told."""
    chrome.get(page.as_uri())
    paint = chrome.execute_script(PAINT)
    spent, drawn, told = chrome.execute_async_script(FILTER)
    return float(paint), float(spent), int(drawn), str(told)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    cells = many(asked.cells)
    template = templates().from_string(ROWS)
    turns = [
        (
            seconds(lambda: embedded(table(cells))),
            seconds(lambda: template.render(cells=cells, pages={})),
        )
        for _ in range(asked.times)
    ]
    data, rows = (statistics.median(each) for each in zip(*turns, strict=True))
    print(f"data {data:.2f} s, rows by jinja2 {rows:.2f} s: {data / rows:.3f}")
    report = replace(REPORT, cells=cells, components=(), findings=())
    text = HtmlRenderer().render(report)["index.html"]
    with tempfile.TemporaryDirectory() as scratch, browser() as chrome:
        page = Path(scratch) / "index.html"
        page.write_text(text)
        looks(chrome, dark=False, width=1200)
        seen = [shown(chrome, page) for _ in range(asked.times)]
    paint, spent = (statistics.median(each[at] for each in seen) for at in (0, 1))
    print(f"page {len(text) / 1e6:.1f} MB; first paint {paint:.0f} ms, filter {spent:.0f} ms,")
    print(f"rows in the document {max(each[2] for each in seen)}, told: {seen[0][3]}")


if __name__ == "__main__":
    main()
