"""A real browser that looks at a report in a folder, and a judge of what it shows: axe-core."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.real.fetched import fetched

AXE = "4.14.1"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@contextmanager
def browser(*, scripts: bool = True) -> Iterator[Chrome]:
    """Start Chromium with an empty profile; skip where it is not installed."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = Options()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    if not scripts:
        content = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", content)
    chrome = Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def looks(chrome: Chrome, *, dark: bool, width: int) -> None:
    """Set the theme that the person prefers and the width of the window, in CSS pixels."""
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def axe() -> str:
    """Return the program of axe-core, fetched once by npm."""
    program = fetched("axe-core", AXE) / "axe-core" / "axe.min.js"
    return program.read_text(encoding="utf-8")


def violations(chrome: Chrome, program: str) -> list[str]:
    """Return what axe-core finds on the page that is open: rule, and where."""
    chrome.execute_script(program)
    told: Mapping[str, list[dict[str, object]]] = chrome.execute_async_script(
        "const done = arguments[0]; axe.run(document).then(done, (e) => done({violations:"
        " [{id: 'axe failed: ' + e, nodes: []}]}));"
    )
    return [f"{one['id']}: {json.dumps(one['nodes'])[:600]}" for one in told["violations"]]
