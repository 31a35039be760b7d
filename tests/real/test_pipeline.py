"""The whole pipeline on real releases: two divergences that are known, found without a hint.

Five packages move at once; one of them is to blame. What is expected here was measured by hand
with the engines themselves, and the proofs that the program writes are run once more, by us.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.effects.uv import binary

MODEL = Path(__file__).parents[2] / "bot" / "suite" / "model" / "tiny-chat.gguf"
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
MOVES_ALONG = {
    "openai": ("client", "openai", "2.44.0", "3.54.0"),
    "httpx": ("transport", "script", "0.27.2", "0.28.1"),
    "jinja2": ("template", "jinja2", "3.1.5", "3.1.6"),
    "tokenizers": ("tokenizer", "tokenizers", "0.21.4", "0.23.3"),
}
NAMES = ("xllamacpp", *MOVES_ALONG)
Report = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A divergence between two releases of the engine, as it was measured."""

    old: str
    new: str
    probe: str
    link: str
    verdict: str
    diff: str
    interval: tuple[str, str]


TOOL_CALLS = Known(
    old="2026.4.8672",
    new="2026.5.9093",
    probe="chat/weather-paris-and-rome",
    link="message",
    verdict="fixed",  # the golden has two calls: the old engine loses one
    diff="tool calls",
    interval=("2026.4.8672.1", "2026.4.8929"),
)
INVALID_UTF8 = Known(
    old="0.2.12",
    new="0.2.13",
    probe="chat/invalid-utf8",
    link="text",
    verdict="regressed",
    diff="HTTP 500",
    interval=("0.2.12", "0.2.13"),
)


def matrix(known: Known, order: tuple[str, ...], *, alone: bool) -> Report:
    """Ask for both releases of all five; without `alone`, for the oldest and all newest only."""
    moves = {"xllamacpp": ("engine", "xllamacpp", known.old, known.new), **MOVES_ALONG}
    components = {
        name: {
            "role": role,
            "upstream": f"https://example.org/{name}",
            "driver": driver,
            "follow": [f"=={old}", f"=={new}"],
        }
        for name, (role, driver, old, new) in moves.items()
    }
    exclude = {
        f"{name}-alone": {
            "cells": {name: f"=={new}", other: f"=={moves[other][2]}"},
            "reason": "they are tried together",
            "owner": "@tests",
        }
        for name, (*_, new) in moves.items()
        for other in ["openai" if name != "openai" else "httpx"]
    }
    stacks = {"all": {"components": list(order), "suite": ["chat"]}}
    whole = {"version": 1, "components": components, "stacks": stacks}
    return whole if alone else {**whole, "exclude": exclude}


def run(folder: Path, asked: Report) -> Report:
    (folder / "matrix.yaml").write_text(yaml.safe_dump(asked, sort_keys=False))
    ran = subprocess.run(
        [*COMMAND, "run", "--json"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=1500,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    report: Report = json.loads(ran.stdout)
    assert ran.returncode == (1 if report["delta"]["newly_broken"] else 0)
    return report


def found(report: Report, known: Known) -> Report:
    """Return the one finding about the probe, after checking that nobody innocent is accused."""
    for finding in report["findings"]:
        explanation = finding["explanation"]
        assert [each["package"] for each in explanation["culprits"]] == ["xllamacpp"]
        assert explanation["ending"] == "conclusive"
        assert explanation["moves_with"] == []
        assert 0.8 < explanation["confidence"] < 1
    (mine,) = (each for each in report["findings"] if known.probe in each["probes"])
    named: Report = mine
    return named


def check(report: Report, known: Known) -> Report:
    finding = found(report, known)
    assert (finding["link"], finding["verdict"]) == (known.link, known.verdict)
    assert known.diff in finding["diff"]
    (culprit,) = finding["explanation"]["culprits"]
    last_good, first_bad = culprit["last_good"], culprit["first_bad"]
    assert (last_good, first_bad) == known.interval
    assert finding["verified"]
    return finding


def proves(folder: Path, finding: Report) -> None:
    """Run both commands that the report prints: the first must exit with 1, the second with 0."""
    place = folder / "proof" / finding["finding"]
    place.mkdir(parents=True)
    (place / "repro.py").write_text(finding["repro"], encoding="utf-8")
    shutil.copyfile(MODEL, place / MODEL.name)
    path = f"{Path(binary()).parent}{os.pathsep}{os.environ['PATH']}"
    for command, expected in ((finding["fails"], 1), (finding["passes"], 0)):
        ran = subprocess.run(  # noqa: S602 - as a person would, who copies the line
            command, shell=True, cwd=place, env={**os.environ, "PATH": path},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert ran.returncode == expected, f"{command}\n{ran.stdout}{ran.stderr}"


def drafts(folder: Path, report: Report) -> None:
    """Regressions alone have a draft, and it carries its proof."""
    outbox = folder / ".stackmatrix" / "outbox"
    drafted = {place.name for place in outbox.iterdir()} if outbox.exists() else set()
    regressed = {f["finding"] for f in report["findings"] if f["verdict"] == "regressed"}
    assert drafted == regressed
    for finding in report["findings"]:
        place = outbox / finding["finding"]
        if finding["finding"] in regressed and finding["verified"]:
            assert (place / "repro.py").read_text(encoding="utf-8") == finding["repro"]
            assert (place / MODEL.name).read_bytes() == MODEL.read_bytes()
            assert finding["fails"] in (place / "issue.md").read_text(encoding="utf-8")


CASES = [
    pytest.param(TOOL_CALLS, NAMES, False, id="tool-calls-all-newest-only"),
    pytest.param(INVALID_UTF8, NAMES, True, id="invalid-utf8-each-alone-too"),
    pytest.param(INVALID_UTF8, NAMES[::-1], False, id="invalid-utf8-all-newest-only"),
    pytest.param(TOOL_CALLS, NAMES[::-1], True, id="tool-calls-each-alone-too"),
]


@pytest.mark.real
@pytest.mark.network
@pytest.mark.parametrize(("known", "order", "alone"), CASES)
def test_it_finds_what_is_known(
    tmp_path: Path, known: Known, order: tuple[str, ...], alone: bool
) -> None:
    """Also where 2026.4.8672 cannot run (it wants AVX-512): the baseline moves on by itself."""
    report = run(tmp_path, matrix(known, order, alone=alone))
    ran = [cell for cell in report["cells"] if cell["tally"]["good"] + cell["tally"]["bad"]]
    assert {cell["trigger"] for cell in ran} >= {"baseline", "newest"}
    assert alone == (f"xllamacpp=={known.new}" in {cell["trigger"] for cell in ran})
    check(report, known)
    drafts(tmp_path, report)
    for finding in report["findings"]:
        if finding["verified"]:
            proves(tmp_path, finding)
