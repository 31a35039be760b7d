"""What a user has already, for real: an interpreter whose packages change, and a server.

Both are rows of a matrix. What is found there is the closure, so that a change is seen on the next
run, with everything that moved.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.effects.uv import binary
from tests.real.served import served
from tests.real.test_pipeline import COMMAND, Report

pytestmark = [pytest.mark.real, pytest.mark.network]
ROOT = Path(__file__).parents[2]
JINJA = {"role": "template", "upstream": "https://github.com/pallets/jinja", "driver": "jinja2"}
MINE = {"role": "engine", "upstream": "https://example.org/mine", "driver": "endpoint"}


def run(folder: Path, component: Report, suite: str, **existing: str) -> tuple[int, Report, str]:
    stack = {"components": ["it"], "suite": [suite], "existing": existing}
    read = {
        "version": 1,
        "components": {"it": {**component, "package": "jinja2"}},
        "stacks": {"mine": stack},
    }
    (folder / "matrix.yaml").write_text(yaml.safe_dump(read))
    ran = subprocess.run(
        [*COMMAND, "run", "--json"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    return ran.returncode, json.loads(ran.stdout), ran.stderr


def uv(folder: Path, *command: str) -> None:
    subprocess.run([binary(), *command], cwd=folder, check=True, capture_output=True)


def test_an_interpreter_that_changed_is_held_against_what_it_was(tmp_path: Path) -> None:
    uv(tmp_path, "venv", "--python", sys.executable, "--no-project", "mine")
    install = ("pip", "install", "--python", "mine/bin/python")
    uv(tmp_path, *install, "jinja2==3.1.5", "markupsafe==2.1.5")
    code, first, _ = run(tmp_path, JINJA, "render", python="mine/bin/python")
    (cell,) = first["cells"]
    assert (code, cell["word"], cell["environment"]) == (0, "baseline", "existing")
    version = ".".join(str(part) for part in sys.version_info[:3])
    assert cell["closure"] == {"jinja2": "3.1.5", "markupsafe": "2.1.5", "python": version}
    assert not run(tmp_path, JINJA, "render", python="mine/bin/python")[1]["cells"][0]["executed"]

    uv(tmp_path, *install, "jinja2==2.10")
    code, later, _ = run(tmp_path, JINJA, "render", python="mine/bin/python")
    assert code == 1
    assert [cell["word"] for cell in later["cells"]] == ["baseline", "regressed"]
    assert [cell["executed"] for cell in later["cells"]] == [False, True]
    for finding in later["findings"]:
        told = finding["explanation"]
        assert (told["ending"], told["culprits"]) == ("unexplained", [])
        assert "there moved jinja2 3.1.5 -> 2.10" in told["why"]
    assert later["findings"]


def test_an_interpreter_that_lacks_the_stack_is_told_and_nothing_is_broken(tmp_path: Path) -> None:
    uv(tmp_path, "venv", "--python", sys.executable, "--no-project", "mine")
    code, seen, said = run(tmp_path, JINJA, "render", python="mine/bin/python")
    (cell,) = seen["cells"]
    assert (code, cell["word"]) == (0, "not run")
    assert cell["conflict"].startswith("not run here: it is not installed in ")
    assert "it is not installed in" in said


def test_a_server_is_asked_who_it_is_and_one_that_was_changed_is_another(tmp_path: Path) -> None:
    suite = "chat/capital-france"
    with served(tmp_path / "rooms", "xllamacpp==2026.4.8672.1") as url:
        code, first, _ = run(tmp_path, MINE, suite, url=url)
        (cell,) = first["cells"]
        assert (code, cell["word"], cell["tally"]["good"]) == (0, "baseline", 1)
        told = cell["closure"]
        assert told["server"] == "llama.cpp"
        assert told["version"] != "unknown"
    code, gone, _ = run(tmp_path, MINE, suite, url=url)
    assert (code, gone["cells"][0]["word"]) == (0, "not run")
    assert "no server answers" in gone["cells"][0]["conflict"]
