"""Prepared with the network, asked without it, somewhere else: no socket is opened to anybody.

`strace` watches every process of a run for connections; the same run without the flag opens some,
so the watch can fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real.stacks import CUTOFF
from tests.real.test_pipeline import COMMAND

pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?,.*")


def matrix() -> dict[str, Any]:
    jinja = {"role": "template", "upstream": "https://example.org", "driver": "jinja2"}
    npm = {
        "role": "template",
        "upstream": "https://example.org",
        "driver": "huggingface-jinja",
        "package": "@huggingface/jinja",
        "follow": ["newest"],
    }
    return {
        "version": 1,
        "cutoff": CUTOFF.date().isoformat(),
        "components": {"jinja2": jinja, "jinja-js": npm},
        "stacks": {
            "python": {"components": ["jinja2"], "suite": ["render"]},
            "node": {"components": ["jinja-js"], "suite": ["render"]},
        },
    }


@dataclass(slots=True, kw_only=True)
class Machine:
    """A folder with a matrix, and the variables of whoever runs it there."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def ask(self, *words: str, trace: str = "") -> Any:  # noqa: ANN401 - whatever the verb prints
        watch = ["strace", "-f", "-e", "trace=connect", "-o", trace] if trace else []
        ran = subprocess.run(
            [*watch, *COMMAND, *words, "--json"],
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=600,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.variables},
        )  # fmt: skip
        assert ran.returncode in (0, 1), ran.stderr
        return json.loads(ran.stdout)

    def reached(self, *words: str) -> list[str]:
        """Return the connections that a verb opened to anything but this machine's own files."""
        self.ask(*words, trace="trace.txt")
        return OUTSIDE.findall((self.folder / "trace.txt").read_text(errors="replace"))


def test_what_was_prepared_is_asked_elsewhere_and_nobody_is_reached(tmp_path: Path) -> None:
    here = Machine(folder=tmp_path / "here")
    here.folder.mkdir()
    (here.folder / "matrix.yaml").write_text(yaml.safe_dump(matrix()))
    here.ask("watch")
    here.ask("plan")
    prepared = here.ask("execute", "--prepare-only")
    assert {row["prepared"] for row in prepared} == {"ready"}
    assert len(prepared) >= 3

    shutil.move(here.folder, tmp_path / "there")
    empty = {"UV_CACHE_DIR": str(tmp_path / "uv"), "npm_config_cache": str(tmp_path / "npm")}
    there = Machine(folder=tmp_path / "there", variables=empty)
    assert there.reached("execute", "--offline") == []
    assert there.reached("run", "--offline") == []
    report = json.loads((there.folder / "reports" / "report.json").read_text())
    assert len(report["cells"]) >= len(prepared)
    assert {cell["environment"] for cell in report["cells"]} == {"uv", "node"}
    assert {cell["word"] for cell in report["cells"]} <= {"baseline", "still-good"}
    assert report["executed"] == len(prepared)
    assert there.reached("run") != []


def test_what_was_never_asked_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").write_text(yaml.safe_dump(matrix()))
    ran = subprocess.run(
        [*COMMAND, "run", "--offline"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 4
    assert "was never asked here, and --offline asks nobody" in ran.stderr
    assert "run once without --offline" in ran.stderr
