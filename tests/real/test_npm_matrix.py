"""The whole pipeline on packages of npm: releases by SemVer, Node rooms, an interval that is known.

What is expected was measured by rendering with each release of `@huggingface/jinja` alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.effects.uv import binary
from tests.real.stacks import CUTOFF
from tests.real.test_pipeline import COMMAND, Report, run

pytestmark = [pytest.mark.real, pytest.mark.network]
PACKAGE = "@huggingface/jinja"
BROKEN = "render/masked-basic"  # statements that are not known are refused from some release on


def matrix() -> Report:
    jinja = {
        "role": "template",
        "upstream": "https://github.com/huggingface/huggingface.js",
        "driver": "huggingface-jinja",
        "source": "npm",
        "package": PACKAGE,
        "follow": ["==0.5.0", "==0.5.3"],
    }
    return {
        "version": 1,
        "cutoff": CUTOFF.date().isoformat(),
        "components": {"hf-jinja": jinja},
        "stacks": {"templates-js": {"components": ["hf-jinja"], "suite": [BROKEN]}},
    }


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_what_breaks_is_explained_in_rooms_of_node(tmp_path: Path) -> None:
    report = run(tmp_path, matrix())
    triggers = [cell["trigger"] for cell in report["cells"]]
    assert triggers == ["baseline", "hf-jinja==0.5.3", "newest"]
    assert {cell["environment"] for cell in report["cells"]} == {"node"}
    (finding,) = report["findings"]
    assert (finding["verdict"], finding["link"]) == ("regressed", "prompt")
    assert "Unknown statement type: generation" in finding["diff"]
    assert finding["explanation"]["ending"] == "conclusive"
    (culprit,) = finding["explanation"]["culprits"]
    assert culprit["package"] == PACKAGE
    assert (culprit["last_good"], culprit["first_bad"]) == ("0.5.2", "0.5.3")
    assert (finding["verified"], finding["repro"]) == (False, "")
    (draft,) = (tmp_path / ".stackmatrix" / "outbox").glob("*/issue.md")
    assert f"https://www.npmjs.com/package/{PACKAGE}/v/0.5.3" in draft.read_text()


def test_without_npm_the_row_is_left_out_in_a_line_and_nothing_is_broken(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").symlink_to(binary())
    (tmp_path / "matrix.yaml").write_text(yaml.safe_dump(matrix()))
    ran = subprocess.run(
        [*COMMAND, "run", "--json"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PATH": str(tools)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "templates-js: not run here, npm is not installed" in ran.stderr
    (cell,) = json.loads(ran.stdout)["cells"]
    assert (cell["word"], cell["conflict"]) == ("not run", "not run here: npm is not installed")
