"""It works from a wheel, in an empty directory: suite, model and sample matrix come along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.effects.uv import binary

ROOT = Path(__file__).parents[2]
TWO_RELEASES = {
    "version": 1,
    "components": {
        "minijinja": {
            "role": "template",
            "upstream": "https://github.com/mitsuhiko/minijinja",
            "driver": "minijinja",
            "follow": ["==2.5.0", "==2.12.0"],
        },
    },
    "stacks": {"templates": {"components": ["minijinja"], "suite": ["render"]}},
}


def must(*command: str, cwd: Path) -> str:
    ran = subprocess.run(
        command,
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the wheel, install it into a new environment, and return the command in there."""
    folder = tmp_path_factory.mktemp("wheel")
    must(binary(), "build", "--wheel", "--out-dir", str(folder / "dist"), str(ROOT), cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    must(binary(), "venv", "--python", sys.executable, str(folder / "venv"), cwd=folder)
    python = str(folder / "venv" / "bin" / "python")
    must(binary(), "pip", "install", "--python", python, str(wheel), cwd=folder)
    found = must(python, "-c", "import bot.app; print(bot.app.SUITE)", cwd=folder)
    assert found.startswith(str(folder)), "the wheel is what is tested, not the checkout"
    return str(folder / "venv" / "bin" / "stackmatrix")


@pytest.mark.real
@pytest.mark.network
def test_an_empty_folder_is_told_how_to_begin(command: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [command, "run"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 3
    assert "stackmatrix init" in told.stderr
    must(command, "init", cwd=tmp_path)
    assert (tmp_path / "matrix.yaml").read_bytes() == (ROOT / "matrix.yaml").read_bytes()
    assert "no mistakes" in must(command, "config", "check", cwd=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["matrix.yaml"]


@pytest.mark.real
@pytest.mark.network
def test_a_matrix_of_ones_own_runs(command: str, tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").write_text(yaml.safe_dump(TWO_RELEASES))
    said = must(command, "run", "--fail-on", "never", cwd=tmp_path)
    assert "3 cells, 2 executed now" in said or "2 cells, 2 executed now" in said
    assert "<html" in (tmp_path / "reports" / "index.html").read_text()
    again = must(command, "run", "--fail-on", "never", cwd=tmp_path)
    assert "0 executed now" in again
