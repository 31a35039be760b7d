"""Two backends in one matrix for real: the processor, and Vulkan by Mesa's driver for processors.

The engine is `node-llama-cpp`, whose binary for Vulkan computes on any device that a driver has.
With the driver hidden its cells wait; with the layers of the model left on the processor, what the
engine says gives it away.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.core.backends import BACKENDS
from bot.effects.hardware import missing
from tests.real.stacks import CUTOFF
from tests.real.test_pipeline import COMMAND, Report

ROOT = Path(__file__).parents[2]
CHAT = ["chat/capital-france", "chat/sum-17-25"]
VERSIONS = ("3.21.1", "3.22.1")

pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
    pytest.mark.skipif(
        bool(missing(BACKENDS["vulkan"])), reason="no driver of Vulkan is installed"
    ),
]


def matrix(*versions: str, backends: tuple[str, ...] = ("cpu", "vulkan")) -> Report:
    engine = {
        "role": "engine",
        "upstream": "https://github.com/withcatai/node-llama-cpp",
        "driver": "node-llama-cpp",
        "follow": [f"=={version}" for version in versions],
    }
    stack = {"components": ["node-llama-cpp"], "suite": [*CHAT, "untrained"]}
    return {
        "version": 1,
        "cutoff": CUTOFF.date().isoformat(),
        "components": {"node-llama-cpp": engine},
        "stacks": {"node": {**stack, "backends": list(backends)}},
    }


def run(folder: Path, asked: Report, **variables: str) -> Report:
    (folder / "matrix.yaml").write_text(yaml.safe_dump(asked))
    ran = subprocess.run(
        [*COMMAND, "run", "--json"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=1500,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    report: Report = json.loads(ran.stdout)
    return report


def on(report: Report, backend: str) -> list[Report]:
    return [cell for cell in report["cells"] if cell["backend"] == backend]


def reasons(cells: list[Report]) -> set[str]:
    told = {(one["outcome"]["word"], one["outcome"]["why"]) for c in cells for one in c["results"]}
    assert {word for word, _ in told} == {"not run"}
    return {why for _, why in told}


def test_cells_wait_for_a_driver_and_then_really_compute_on_it(tmp_path: Path) -> None:
    hidden = run(tmp_path, matrix(*VERSIONS), VK_DRIVER_FILES="/nowhere/icd.json")
    assert {cell["word"] for cell in on(hidden, "vulkan")} == {"not run"}
    (why,) = reasons(on(hidden, "vulkan"))
    assert why.startswith("no such hardware: vulkan (no driver is installed: no /nowhere/icd.json;")
    assert not hidden["delta"]["newly_broken"]
    assert {cell["device"] for cell in on(hidden, "cpu")} == {"cpu"}
    assert all(cell["executed"] for cell in on(hidden, "cpu"))

    shown = run(tmp_path, matrix(*VERSIONS))
    assert not [cell for cell in on(shown, "cpu") if cell["executed"]]
    cells = on(shown, "vulkan")
    assert len(cells) == len(on(shown, "cpu")) >= len(VERSIONS)
    assert all(cell["executed"] for cell in cells)
    assert {cell["device"].partition(":")[0] for cell in cells} == {"vulkan"}
    for cell in shown["cells"]:
        held = [one for one in cell["results"] if one["probe"] in CHAT]
        assert {one["outcome"]["word"] for one in held} == {"passed"}, cell["name"]
    unlike = [
        (cell["trigger"], one["probe"], one["verdict"], one["outcome"])
        for cell in cells
        for one in cell["results"]
        if one["verdict"] not in ("new", "still-good")
    ]
    assert unlike == []
    assert {cell["word"] for cell in cells} == {"baseline", "still-good"}


def test_layers_that_stay_on_the_processor_are_no_answer_of_vulkan(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "bot", copy / "bot")
    guest = copy / "bot" / "guest" / "node" / "node_llama_cpp.mjs"
    sound = guest.read_text()
    planted = sound.replace('{ gpuLayers: "max" }', "{ gpuLayers: 0 }")
    assert planted != sound
    guest.write_text(planted)
    asked = matrix(VERSIONS[-1], backends=("vulkan",))
    cells = on(run(tmp_path, asked, PYTHONPATH=str(copy)), "vulkan")
    assert {cell["word"] for cell in cells} == {"not run"}
    assert reasons(cells) == {
        "it was to compute on vulkan, and the engine says that it computes on cpu"
    }
