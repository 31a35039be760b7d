"""Transformers and torch on a GPU, in an interpreter that exists: run where there is one.

    CUDA_PYTHON=path/to/python pytest tests/real/test_cuda.py -rA

`CUDA_PYTHON` has torch for CUDA, transformers and jinja2. Without the hardware the same row waits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.backends import BACKENDS
from bot.effects.hardware import missing
from tests.real.test_pipeline import COMMAND

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
LACKS = missing(BACKENDS["cuda"])
PYTHON = os.environ.get("CUDA_PYTHON", "")
KEEP = os.environ.get("CUDA_LOG", "")


def run(folder: Path, python: str) -> Any:  # noqa: ANN401 - the report as it is
    engine = {
        "role": "engine",
        "upstream": "https://github.com/huggingface/transformers",
        "driver": "transformers-torch",
        "package": "transformers",
    }
    stack = {
        "components": ["transformers"],
        "suite": ["chat", "stream", "untrained"],
        "backends": ["cpu", "cuda"],
        "existing": {"python": python},
    }
    read = {"version": 1, "components": {"transformers": engine}, "stacks": {"gpu": stack}}
    (folder / "matrix.yaml").write_text(yaml.safe_dump(read))
    ran = subprocess.run(
        [*COMMAND, "run", "--json"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=1500,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.skipif(bool(LACKS or not PYTHON), reason="no such hardware: cuda, or no CUDA_PYTHON")
def test_the_golden_answers_come_from_the_gpu_as_well(tmp_path: Path) -> None:
    report = run(tmp_path, PYTHON)
    cells = {cell["backend"]: cell for cell in report["cells"]}
    if KEEP:
        Path(KEEP).write_text(json.dumps(report, indent=1))
    assert cells["cpu"]["device"] == "cpu"
    assert cells["cuda"]["device"].startswith("cuda: ")
    assert cells["cuda"]["tally"] == cells["cpu"]["tally"]
    assert cells["cuda"]["tally"]["good"] > cells["cuda"]["tally"]["bad"] == 0


@pytest.mark.skipif(not LACKS, reason="the hardware is here: the other test proves it")
def test_without_the_hardware_the_row_waits(tmp_path: Path) -> None:
    """What exists lacks the library, or the row waits for its hardware: nothing is broken."""
    report = run(tmp_path, PYTHON or sys.executable)
    assert {cell["word"] for cell in report["cells"] if cell["backend"] != "cpu"} == {"not run"}
    assert not report["delta"]["newly_broken"]
