"""The base image as a dimension: one stack in several images, each with a row of its own.

`llama-cpp-cffi` was built against a newer libstdc++ than Debian 12 has (`__cxa_call_terminate`):
the same wheels import on Debian 13. Its image takes minutes to make, so only the tier `full`
makes it; an image that is not here is told, and keeps no other one from running, everywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.core.model import Json
from tests.real.containers import IMAGE, engine
from tests.real.stacks import CUTOFF
from tests.real.test_pipeline import Report

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
NEWER = "stackmatrix/debian-13"
PROGRAM = """
import json, {module}
print(json.dumps({module}.__name__))
"""

pytestmark = [pytest.mark.real, pytest.mark.network]


def matrix(folder: Path, packages: dict[str, str], module: str, *images: str) -> None:
    """Write a matrix that imports one module in several images; `packages` say what to follow."""
    probes = folder / "probes"
    probes.mkdir()
    (probes / "import.py").write_text(PROGRAM.format(module=module))
    look: Json = {"compare": "text", "golden": module}
    case: Json = {"id": "name", "source": "import.py", "links": {"text": look}}
    family: Json = {"family": "import", "ask": "script", "seconds": 60, "cases": [case]}
    (probes / "import.yaml").write_text(yaml.safe_dump(family))
    plain: dict[str, Json] = {
        "role": "engine", "upstream": "https://example.org/x", "driver": "script",
    }  # fmt: skip
    components: Json = {name: {**plain, "follow": [follow]} for name, follow in packages.items()}
    stack: Json = {"components": [*packages], "suite": ["import"], "image": list(images)}
    whole: Json = {
        "version": 1, "cutoff": CUTOFF.date().isoformat(), "suite": ["./probes"],
        "components": components, "stacks": {"crossed": stack},
    }  # fmt: skip
    (folder / "matrix.yaml").write_text(yaml.safe_dump(whole))


def run(folder: Path, env: str = "auto") -> Report:
    ran = subprocess.run(
        [*COMMAND, "run", "--json", "--env", env],
        cwd=folder, capture_output=True, text=True, check=False, timeout=1500,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    report: Report = json.loads(ran.stdout)
    return report


def rows(report: Report) -> dict[str, Report]:
    return {cell["row"]: cell for cell in report["cells"]}


def test_an_image_that_is_not_here_leaves_out_its_own_row_only(tmp_path: Path) -> None:
    image = engine().digest(IMAGE)
    matrix(tmp_path, {"jinja2": "newest"}, "jinja2", "debian-12", "nobody/nothing")
    cells = rows(run(tmp_path))
    assert set(cells) == {"crossed@debian-12", "crossed@nobody/nothing"}
    here, away = cells["crossed@debian-12"], cells["crossed@nobody/nothing"]
    assert here["name"].endswith("@cpu,debian-12/tiny-chat")
    assert (here["environment"], here["image"]) == ("docker", image)
    assert [one["outcome"]["word"] for one in here["results"]] == ["passed"]
    assert away["word"] == "not run"
    assert "nobody/nothing" in away["conflict"]
    assert "image build" in away["conflict"]
    (tmp_path / "plain").mkdir()
    matrix(tmp_path / "plain", {"jinja2": "newest"}, "jinja2", "debian-12", "debian-13")
    plain = rows(run(tmp_path / "plain", "uv"))
    assert {cell["word"] for cell in plain.values()} == {"not run"}
    assert all("--env uv uses none" in cell["conflict"] for cell in plain.values())


def test_a_wheel_for_a_newer_debian_passes_there_and_fails_here(tmp_path: Path) -> None:
    older, newer = (engine().digest(image) for image in (IMAGE, NEWER))
    if not newer:
        pytest.skip(f"needs the image {NEWER}, which the tier `full` makes")
    packages = {"llama-cpp-cffi": "==0.4.42", "cffi": "newest"}  # it needs cffi, and says nothing
    matrix(tmp_path, packages, "llama", "debian-12", "debian-13")
    cells = rows(run(tmp_path))
    bad, good = cells["crossed@debian-12"], cells["crossed@debian-13"]
    assert (bad["image"], good["image"]) == (older, newer)
    assert [one["outcome"]["word"] for one in good["results"]] == ["passed"]
    (result,) = bad["results"]
    assert result["outcome"]["word"] == "failed"
    assert "__cxa_call_terminate" in json.dumps(result)
    page = (tmp_path / "reports" / "index.html").read_text()
    assert "The base image breaks llama-cpp-cffi 0.4.42" in page
    assert "on debian-12 it is bad, on debian-13 the same releases are good" in page
