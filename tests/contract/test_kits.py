"""A row on other hardware gets its wheels, variables and rooms; what exists is looked at."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.backends import BACKENDS
from bot.core.matrix import Matrix, Row
from bot.core.model import Closure, Component, Conflict, Requirements, Role
from bot.environments import Ground
from bot.envs.existing import ExistingEnv
from bot.envs.node import NodeEnv
from bot.envs.uv import UvEnv
from bot.errors import MissingToolError
from bot.kits import Kits, more_indexes
from bot.solvers.uv import UvSolver
from tests.mini.wheels import write_index, write_wheel

PYTHON = ".".join(str(part) for part in sys.version_info[:2])


def component(name: str, source: str = "pypi", **options: str) -> Component:
    return Component(
        name=name, role=Role.ENGINE, source=source, package=name, upstream="", options={**options}
    )


def matrix(*rows: Row) -> Matrix:
    known = {
        "engine": component("engine"),
        "js": component("js", "npm"),
        "mine": component("mine", "", api_key_variable="SOME_KEY"),
    }
    return Matrix(title="", file="", index="", components=known, rows=rows)


def row(name: str, *backends: str, existing: str = "") -> Row:
    return Row(name=name, components=(name,), suite=(), backends=backends, existing=existing)


def index(folder: Path, version: str) -> str:
    write_wheel(folder / "files", "engine", version, {"engine.py": ""})
    return write_index(folder, sorted((folder / "files").glob("*.whl"))).as_uri()


def ground(root: Path, *, offline: bool = False) -> Ground:
    return Ground(root=root, asked="uv", offline=offline)


def test_the_processor_has_the_usual_kits(tmp_path: Path) -> None:
    kits = Kits(ground=ground(tmp_path))
    found = kits.places(matrix(row("engine", "cpu"), row("js", "cpu")))
    assert {place: kit.env.name for place, kit in found.items()} == {
        ("engine", "cpu"): "uv", ("js", "cpu"): "node"
    }  # fmt: skip
    assert set(kits.usual()) == {"npm"}


def test_rooms_get_the_variables_of_their_backend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VK_DRIVER_FILES", "/some/icd.json")
    asked = matrix(row("engine", "cpu", "cuda"), row("js", "vulkan"))
    found = Kits(ground=ground(tmp_path)).places(asked)
    assert set(found) == {("engine", "cpu"), ("engine", "cuda"), ("js", "vulkan")}
    cuda, vulkan = found["engine", "cuda"], found["js", "vulkan"]
    assert isinstance(cuda.env, UvEnv)
    assert cuda.env.variables["NVIDIA_TF32_OVERRIDE"] == "0"
    assert cuda.word == "cuda"
    assert isinstance(vulkan.env, NodeEnv)
    assert vulkan.env.variables == {
        "GGML_VK_VISIBLE_DEVICES": "0", "VK_DRIVER_FILES": "/some/icd.json"
    }  # fmt: skip


@pytest.mark.parametrize("backend", ["cpu", "cuda"])
def test_who_asks_for_containers_gets_none_of_another_kind_on_any_hardware(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    kits = Kits(ground=Ground(root=tmp_path, asked="docker"))
    with pytest.raises(MissingToolError, match="`engine` asks for docker"):
        kits.places(matrix(row("engine", backend)))


def test_wheels_of_the_local_version_come_from_the_index_of_the_backend(tmp_path: Path) -> None:
    usual = index(tmp_path / "usual", "2.0")
    backend = replace(BACKENDS["cuda"], indexes=(index(tmp_path / "other", "2.0+cu128"),))
    args = ("--default-index", usual)
    asked = Requirements(pins=("engine==2.0",), interpreter=PYTHON)
    versions = []
    for more in ((), more_indexes(backend)):
        answer = UvSolver(index_args=(*args, *more), cache=tmp_path / "cache").close(asked)
        assert isinstance(answer, Closure), answer
        versions.append(answer.version("engine"))
    assert versions == ["2.0", "2.0+cu128"]


def test_what_exists_is_looked_at_and_offline_nobody_else_is_asked(tmp_path: Path) -> None:
    far, here = "http://192.0.2.1:80", sys.executable
    asked = matrix(row("mine", "cpu", existing=far), row("engine", "cpu", existing=here))
    found = Kits(ground=ground(tmp_path, offline=True)).places(asked)
    mine = found["mine", "cpu"]
    assert isinstance(mine.env, ExistingEnv)
    assert mine.env.passes == ("SOME_KEY",)
    assert (mine.url, mine.word) == (far, far)
    answer = mine.solver.close(Requirements(pins=()))
    assert answer == Conflict(why=f"{far} is not of this machine, and --offline asks nobody")
    there = found["engine", "cpu"].solver.close(Requirements(pins=()))
    assert isinstance(there, Closure)
    assert there.version("pytest") == pytest.__version__
