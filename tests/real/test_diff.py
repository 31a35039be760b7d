"""`stackmatrix diff` on real releases: known divergences on their links, and nothing more.

Every driver that is not big is exercised here, into one ledger, and then `stackmatrix drivers`
must know all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.app import DRIVERS
from bot.core.model import Json
from bot.ports import Driver
from bot.suite import __file__ as suite_file
from tests.real.stacks import CUTOFF, PYTHON, closed

pytestmark = [pytest.mark.real, pytest.mark.network]
COMMAND = Path(sys.executable).parent / "stackmatrix"
SCHEMA = json.loads((Path(suite_file).parent / "diff.schema.json").read_text(encoding="utf-8"))

# Component, old, new, link, phase, and a word of the old or the new side: the divergences that
# were found by hand before there was a `diff`.
Known: TypeAlias = tuple[str, str, str, str | None, str, str]
KNOWN: list[Known] = [
    ("xllamacpp", "2026.4.8672.1", "2026.5.9093", "message", "probe", "Rome"),
    ("xllamacpp", "0.2.12", "0.2.13", "text", "probe", "HTTP 500"),
    ("xllamacpp", "2026.8.10229", "2026.10.11549", "text", "probe", "HTTP 500"),
    ("mistralrs", "0.9.0", "0.9.5", "logprobs", "probe", "logprob"),
    ("onnxruntime-genai", "0.16.0", "0.17.0", "text", "probe", "SIGFPE"),
    ("openvino-genai", "2026.1.0.0", "2026.2.0.0", None, "start", "libopenvino.so.2620"),
    ("transformers", "4.40.2", "4.44.2", "prompt", "probe", "parameters"),
]
# What one release of each other driver is asked in CI, so that nobody's word has to be taken.
ALONE = sorted(
    name
    for name, driver in DRIVERS.items()
    if driver.suite and driver.source == "pypi" and not driver.big
    if name not in {component for component, *_ in KNOWN}
)


NODE = {
    "huggingface-jinja": "0.5.11",
    "openai-node": "7.57.0",
    "node-llama-cpp": "3.22.1",
    "ollama-node": "0.6.4",
    "huggingface-transformers": "4.3.1",
}


def newest(driver: Driver) -> str | None:
    """Return the newest release as of the committed day that everything else agrees with."""
    package = driver.package or driver.name
    first, *beside = driver.requirements(package, "0")
    return closed(first.partition("==")[0], *beside).version(package)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def run(state: Path, *words: str) -> dict[str, Json]:
    """Run `stackmatrix diff` as a person does; return what it wrote."""
    import jsonschema  # noqa: PLC0415 - slow to import, and only needed here

    out = state / f"{'-'.join(words).replace('/', '_')}.json"
    cutoff = ["--cutoff", CUTOFF.date().isoformat(), "--python", PYTHON]
    argv = [str(COMMAND), "diff", *words, *cutoff, "--state", str(state), "--json", str(out)]
    ran = subprocess.run(argv, cwd=state, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, Json] = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(told, SCHEMA)
    return told


def divergences(told: dict[str, Json]) -> list[dict[str, Json]]:
    pairs = told["pairs"]
    assert isinstance(pairs, list)
    found: list[dict[str, Json]] = []
    for pair in pairs:
        assert isinstance(pair, dict)
        listed = pair["divergences"]
        assert isinstance(listed, list)
        found += [each for each in listed if isinstance(each, dict)]
    return found


@pytest.mark.parametrize("known", KNOWN, ids=[f"{known[0]}-{known[2]}" for known in KNOWN])
def test_a_known_divergence_is_found_on_its_link(known: Known, state: Path) -> None:
    component, old, new, link, phase, word = known
    found = divergences(run(state, component, old, new))
    mine = [each for each in found if (each["link"], each["phase"]) == (link, phase)]
    assert any(word in json.dumps([each["old"], each["new"]]) for each in mine), [
        (each["link"], each["signature"]) for each in found
    ]
    assert len({str(each["signature"]) for each in found}) == len(found)


@pytest.mark.parametrize(
    ("component", "version"), [("minijinja", "2.24.0"), ("xllamacpp", "0.2.13")]
)
def test_a_release_and_itself_list_nothing(component: str, version: str, state: Path) -> None:
    told = run(state, component, version, version)
    assert divergences(told) == []


@pytest.mark.parametrize("component", [*ALONE, *NODE])
def test_a_release_of_every_driver_is_asked(component: str, state: Path) -> None:
    """One family each: that all of them are right is what the drivers' own tests are for."""
    driver = DRIVERS[component]
    version = NODE.get(component) or newest(driver)
    told = run(state, f"{component}@{version}", "--suite", driver.suite[0])
    releases = told["releases"]
    assert isinstance(releases, list)
    (release,) = releases
    assert isinstance(release, dict)
    broken = release["broken"]
    assert isinstance(broken, list)
    assert not [each for each in broken if isinstance(each, dict) and each["phase"] != "probe"]


def test_every_driver_that_is_not_big_was_seen_at_work(state: Path) -> None:
    ran = subprocess.run(
        [str(COMMAND), "drivers", "--strict", "--state", str(state)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
