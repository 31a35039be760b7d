"""The action, step by step: each `run` as a runner runs it, in a repository of somebody's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real.test_wheel import TWO_RELEASES

ROOT = Path(__file__).parents[2]
ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")  # what `shell: bash` means


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A runner's folders and files, and the inputs of the action."""

    here: Path
    inputs: Mapping[str, str]

    @property
    def temporary(self) -> Path:
        return self.here / "temp"

    def told(self, text: str) -> str:
        """Replace the expressions of a workflow, of which an action may use these."""
        known = {
            "runner.temp": str(self.temporary),
            "github.action_path": str(ROOT),
            **{f"inputs.{name}": value for name, value in self.inputs.items()},
        }
        return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: known[found[1]], text)

    def run(self, step: Mapping[str, Any]) -> int:
        """Run a step; return its exit code."""
        usual = ("PATH", "HOME", "SSL_CERT_FILE", "PIP_INDEX_URL", "PIP_CERT", "UV_INDEX_URL")
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("PIP_", "UV_")) or name in usual
        }
        own = {name: self.told(value) for name, value in step["env"].items()}
        files = {
            "GITHUB_OUTPUT": str(self.here / "output"),
            "GITHUB_STEP_SUMMARY": str(self.here / "summary"),
            "GITHUB_TOKEN": "ghs_never_for_a_cell_0123456789abcdef",
        }
        script = self.here / "step.sh"
        script.write_text(step["run"])
        ran = subprocess.run(
            [*SHELL, str(script)],
            cwd=self.here / "repository",
            env={**kept, **own, **files},
            check=False,
            timeout=900,
        )
        return ran.returncode


def defaults(**given: str) -> dict[str, str]:
    return {name: str(each["default"]) for name, each in ACTION["inputs"].items()} | given


def test_every_expression_is_an_input_or_a_place_and_none_is_in_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{'0' * 40}"))
        for name in re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(step)):
            assert name in ACTION["inputs"]


@pytest.mark.real
@pytest.mark.network
def test_a_repository_gets_its_matrix_by_one_line(tmp_path: Path) -> None:
    runner = Runner(here=tmp_path, inputs=defaults(python=sys.executable))
    for folder in ("repository", "temp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "repository" / "matrix.yaml").write_text(yaml.safe_dump(TWO_RELEASES))
    install, run = (step for step in ACTION["runs"]["steps"] if "run" in step)
    assert runner.run(install) == 0
    code = runner.run(run)
    assert code in (0, 1)
    assert (tmp_path / "output").read_text() == f"code={code}\n"
    assert (tmp_path / "summary").read_text().startswith("# ")
    reports = tmp_path / "repository" / runner.inputs["reports"]
    assert (reports / "index.html").exists()
    facts = tmp_path / "repository" / runner.inputs["state"] / "facts"
    assert b"ghs_never" not in b"".join(file.read_bytes() for file in facts.iterdir())
    spoiled = Runner(here=tmp_path, inputs={**runner.inputs, "config": "nowhere.yaml"})
    assert spoiled.run(run) == 3
