"""Each format is read by a program that others wrote, which refuses a spoiled one."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from junitparser import JUnitXml

from bot.app import RENDERERS
from bot.core.model import Closure
from bot.core.report import Report
from bot.effects.uv import binary
from tests.golden.sample import CELLS, REPORT
from tests.real.fetched import fetched
from tests.real.github_world import node
from tests.real.stacks import closed

pytestmark = pytest.mark.real
MULTITOOL = "5.7.0"
RENOVATE = "44.121.2"
BADGES = "6.0.0"
CHECK = str(Path(sys.executable).parent / "check-jsonschema")


def files(report: Report = REPORT) -> dict[str, str]:
    return {name: text for each in RENDERERS for name, text in each.render(report).items()}


def test_junit_is_read_with_its_counts() -> None:
    text = files()["junit.xml"]
    read = JUnitXml.fromstring(text.encode())
    suites = list(read)
    assert [suite.name for suite in suites] == [f"{cell.row}: {cell.trigger}" for cell in CELLS]
    bad = [sum(result.verdict.bad for result in cell.results) for cell in CELLS]
    assert [suite.failures for suite in suites] == bad
    told = [(suite.tests, suite.failures, suite.skipped) for suite in suites]
    read.update_statistics()  # type: ignore[no-untyped-call]
    assert [(suite.tests, suite.failures, suite.skipped) for suite in read] == told
    with pytest.raises(Exception, match=r"format|syntax|mismatched"):
        JUnitXml.fromstring(text.replace("testsuites", "suites").encode())


def test_the_feed_is_read_whole() -> None:
    text = files()["feed.xml"]
    read = feedparser.parse(text)
    assert not read.bozo
    assert read.version == "atom10"
    assert [entry.title.partition(":")[0] for entry in read.entries] == [
        change.kind for change in REPORT.changes
    ]
    assert len({entry.id for entry in read.entries}) == len(REPORT.changes)
    assert feedparser.parse(text.replace("</entry>", "", 1)).bozo


@pytest.mark.network
def test_the_library_of_shields_draws_each_badge() -> None:
    """An endpoint's `schemaVersion` is for the server; the rest is what its library draws."""
    program = (
        "import {makeBadge} from 'badge-maker';"
        "const {schemaVersion, ...told} = JSON.parse(process.argv[1]);"
        "if (schemaVersion !== 1) throw new Error('another version');"
        "console.log(makeBadge(told));"
    )
    modules = fetched("badge-maker", BADGES)

    def drawn(told: str) -> str:
        argv = [node(), "--input-type=module", "--eval", program, told]
        ran = subprocess.run(argv, cwd=modules.parent, capture_output=True, text=True, check=False)
        return ran.stdout if ran.returncode == 0 else ""

    badges = {name: text for name, text in files().items() if name.startswith("badges/")}
    assert badges
    for text in badges.values():
        told = json.loads(text)
        assert told.keys() == {"schemaVersion", "label", "message", "color"}
        assert f">{told['message']}<" in drawn(text)
        assert not drawn(text.replace('"message"', '"massage"'))
        assert not drawn(json.dumps({**told, "message": 7}))


@pytest.mark.parametrize(
    ("name", "schema", "right", "wrong"),
    [
        ("dependabot.yml", "vendor.dependabot", "package-ecosystem: pip", "package-ecosystem: uvx"),
        ("renovate.json", "vendor.renovate", '"packageRules": [', '"packageRules": "none", "x": ['),
    ],
)
def test_bots_take_their_rules(
    name: str, schema: str, right: str, wrong: str, tmp_path: Path
) -> None:
    """By the schemas that these bots publish, as check-jsonschema carries them."""
    text = files()[name]
    assert right in text

    def valid(told: str) -> bool:
        file = tmp_path / name
        file.write_text(told)
        argv = [CHECK, "--builtin-schema", schema, str(file)]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0

    assert valid(text)
    assert not valid(text.replace(right, wrong))


@pytest.mark.network
def test_renovate_itself_takes_its_rules(tmp_path: Path) -> None:
    program = fetched("renovate", RENOVATE) / "renovate" / "dist" / "config-validator.js"

    def valid(told: str) -> bool:
        (tmp_path / "renovate.json").write_text(told)
        argv = [node(), str(program), "--strict", "--no-global", "renovate.json"]
        ran = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Validating renovate.json as repo config" in ran.stdout, ran.stdout + ran.stderr
        return ran.returncode == 0

    text = files()["renovate.json"]
    assert valid(text)
    assert not valid(text.replace('"packageRules"', '"packageRulez"'))


@pytest.fixture(scope="module")
def multitool() -> Path:
    """The reader of SARIF by those who wrote the standard, for this system."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        pytest.skip("sarif-multitool is fetched for Linux on x86-64 only")
    folder = fetched("@microsoft/sarif-multitool-linux", MULTITOOL)
    program = folder / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    program.chmod(0o755)
    return program


@pytest.mark.network
def test_code_scanning_reads_the_findings(multitool: Path, tmp_path: Path) -> None:
    text = files()["stackmatrix.sarif"]

    def complaints(told: str) -> list[str]:
        (tmp_path / "it.sarif").write_text(told)
        argv = [str(multitool), "validate", "it.sarif", "--rule-kind", "Sarif;Ghas"]
        alone = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        ran = subprocess.run(
            argv, cwd=tmp_path, capture_output=True, text=True, check=False, env=alone
        )
        assert "1 files scanned" in ran.stdout, ran.stdout + ran.stderr
        return re.findall(r"(?:error|warning) (?:SARIF|GH|JSON)\d+", ran.stdout)

    assert complaints(text) == ["warning SARIF2005"]  # no page of the tool itself, so far
    told = json.loads(text)
    bad = [one for one in REPORT.findings if one.verdict.bad]
    prints = [one["partialFingerprints"]["stackmatrix/v1"] for one in told["runs"][0]["results"]]
    assert prints == [one.finding for one in bad]
    assert any(
        one.startswith("error")
        for one in complaints(text.replace('"ruleIndex": 0', '"ruleIndex": 9'))
    )
    assert any(one.startswith("error") for one in complaints(text.replace('"level"', '"levels"')))


@pytest.fixture(scope="module")
def packaging() -> Closure:
    return closed("packaging")


@pytest.mark.network
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_set_is_what_pip_and_uv_install(tool: str, packaging: Closure, tmp_path: Path) -> None:
    assert CELLS[0].cell is not None
    cell = replace(CELLS[0], cell=replace(CELLS[0].cell, closure=packaging))
    for name, text in files(replace(REPORT, cells=(cell,))).items():
        if name.endswith(".txt"):
            (tmp_path / name).write_text(text)
    argv = {
        "pip": [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"],
        "uv": [str(binary()), "pip", "install", "--reinstall", "--target", "there"],
    }[tool]

    def installs(*more: str) -> bool:
        ran = subprocess.run([*argv, *more], cwd=tmp_path, capture_output=True, check=False)
        return ran.returncode == 0

    lock, constraints = tmp_path / "lock-chat.txt", tmp_path / "constraints-chat.txt"
    assert installs("--require-hashes", "-r", lock.name)
    assert installs("-c", constraints.name, "packaging")
    assert not installs("-c", constraints.name, "packaging>999")
    spoiled = re.sub(r"sha256:(.)", lambda one: f"sha256:{int(one[1] == '0')}", lock.read_text())
    lock.write_text(spoiled)
    assert not installs("--require-hashes", "-r", lock.name)
    shutil.rmtree(tmp_path / "there", ignore_errors=True)
