"""How strict the tests are: no network in the quick ones, and on demand no silent skips.

With `--no-skips` every skip and every expected failure is red unless `tests/skips.toml` lists it
with the reason that the test itself gives. So a tool that is missing where everything should be
installed cannot make a test disappear.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest

HERE = Path(__file__).parent
QUICK = (HERE / "unit", HERE / "property")
FIRST = ("test_aa", "test_pipeline", "test_readme", "test_workflows", "test_diff", "test_docker")
LONGEST = {f"{name}.py": at for at, name in enumerate(FIRST)}
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
ALLOWED = pytest.StashKey[tuple[tuple[str, str], ...]]()

# No example is red for being slow on a busy machine, and each is red every time or never.
hypothesis.settings.register_profile(
    "stackmatrix",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("stackmatrix")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="a skip or an expected failure that tests/skips.toml does not list is red",
    )


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("STACKMATRIX_ENV", "uv")  # those of containers ask for them by name
    config.addinivalue_line("markers", "bare: builds a bare machine; minutes, root, debootstrap")
    if config.getoption("--no-skips"):
        config.stash[ALLOWED] = allowed(HERE / "skips.toml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Block sockets in the quick tests; begin with the longest files, so that none is left over."""
    items.sort(key=lambda item: LONGEST.get(item.path.name, len(LONGEST)))
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in QUICK):
            item.add_marker(pytest.mark.disable_socket)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return reddened(report, item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return reddened(report, collector.config)


def allowed(file: Path) -> tuple[tuple[str, str], ...]:
    """Read the listed skips as (pattern of test ids, part of the reason)."""
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("skip", [])
    return tuple((entry["test"], entry["reason"]) for entry in listed)


def reddened(report: Report, config: pytest.Config) -> Report:
    """Turn an unlisted skip into a failure that says what to do about it."""
    listed = config.stash.get(ALLOWED, None)
    if listed is None or not report.skipped:
        return report
    reason = why(report)
    if not any(fnmatchcase(report.nodeid, test) and part in reason for test, part in listed):
        report.outcome = "failed"
        report.longrepr = (
            f"{report.nodeid} did not run: {reason}\n"
            "Install what it needs, or list it with its reason in tests/skips.toml."
        )
    return report


def why(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the reason that a skip or an expected failure gives."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return f"expected to fail: {expected}"
    told = report.longrepr
    return str(told[2]) if isinstance(told, tuple) else str(told)
