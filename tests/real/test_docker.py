"""Cells in containers: the same verdicts as in uv, and nothing lost or left when things die."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import Options, opened
from bot.core.backends import BACKENDS
from bot.core.matrix import Homes, Matrix, Row
from bot.core.model import Closure, Failure, Phase, Pin, Reason, Requirements
from bot.effects.engine import Engine
from bot.environments import Ground, environment
from bot.envs.docker import DockerEnv
from bot.errors import MissingToolError
from bot.ports import Limits
from bot.solvers.uv import UvSolver
from tests.real.containers import BARE, IMAGE, PYTHON, docker, engine, tell, told
from tests.real.stacks import CUTOFF

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
WHOLE = os.environ.get("STACKMATRIX_DOCKER") == "all"
SMALL = """
version: 1
components:
  xllamacpp: {role: engine, upstream: https://github.com/xorbitsai/xllamacpp, driver: xllamacpp,
              follow: [previous, newest]}
  openai: {role: client, upstream: https://github.com/openai/openai-python, driver: openai,
           follow: [newest]}
  jinja2: {role: template, upstream: https://github.com/pallets/jinja, driver: jinja2}
  tokenizers: {role: tokenizer, upstream: https://github.com/huggingface/tokenizers,
               driver: tokenizers, follow: [last-2]}
stacks:
  chat: {components: [xllamacpp, openai], suite: [chat, stream, untrained]}
  templates: {components: [jinja2], suite: [render]}
  tokens: {components: [tokenizers], suite: [encode]}
"""


@pytest.fixture
def env(tmp_path: Path) -> DockerEnv:
    return docker(tmp_path)


# The same verdicts --------------------------------------------------------------------------------


def report(here: Path, where: str) -> dict[str, Any]:
    """Run the matrix of `here` in one kind of environment, and return its report."""
    flags = ["--state", f"{where}-state", "--reports", where, "--env", where, "--quiet"]
    day = CUTOFF.date().isoformat()
    steps = [("run",)] if WHOLE else [("watch",), ("plan",), ("execute",), ("render",)]
    for step in steps:
        ran = subprocess.run(
            [*COMMAND, *step, *flags, "--cutoff", day, "--config", "matrix.yaml"],
            cwd=here, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert ran.returncode in (0, 1), ran.stderr
    found: dict[str, Any] = json.loads((here / where / "report.json").read_text())
    return found


def verdicts(told: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Return what each cell came to, probe by probe; no message, for paths stand in them."""
    return {
        (cell["row"], cell["trigger"]): (
            cell["word"],
            [(one["probe"], one["verdict"], one["outcome"]["word"]) for one in cell["results"]],
        )
        for cell in told["cells"]
    }


def test_verdicts_in_containers_are_those_in_uv(tmp_path: Path) -> None:
    """Of a part of the default matrix in CI, and of all of it in the session `full`."""
    image = engine().digest(IMAGE)
    text = (ROOT / "matrix.yaml").read_text() if WHOLE else SMALL
    (tmp_path / "matrix.yaml").write_text(text)
    contained, plain = report(tmp_path, "docker"), report(tmp_path, "uv")
    assert verdicts(contained) == verdicts(plain)
    cells = [cell for cell in contained["cells"] if cell["environment"] != "node"]
    assert len(cells) >= 8
    for cell in cells:
        assert cell["environment"] == "docker", cell["name"]
        assert cell["image"] == image, cell["name"]
        assert cell["containers"], cell["name"]
        assert all(re.fullmatch("[0-9a-f]{64}", each) for each in cell["containers"])
    assert {cell["environment"] for cell in plain["cells"]} <= {"uv", "node"}
    assert not any(cell["containers"] for cell in plain["cells"])
    page = "".join(file.read_text() for file in (tmp_path / "docker" / "cells").iterdir())
    summary = (tmp_path / "docker" / "summary.md").read_text()
    digest, container = image.removeprefix("sha256:"), cells[0]["containers"][0]
    assert digest in page
    assert container in page
    assert digest[:12] in summary
    assert container[:12] in summary


# Preparing ----------------------------------------------------------------------------------------


def closure() -> Closure:
    asked = Requirements(pins=("jinja2==3.1.6",), cutoff=CUTOFF, interpreter=PYTHON)
    found = UvSolver().close(asked)
    assert isinstance(found, Closure)
    return found


def test_what_is_pinned_is_there_and_is_kept_for_the_next(env: DockerEnv) -> None:
    code = "import importlib.metadata as m; say(sorted(d.name for d in m.distributions()))"
    found = told(env, code, closure())
    assert str(found).lower() == "['jinja2', 'markupsafe']"
    assert len(list((env.root / "store").glob("*/complete"))) == 1
    assert list((env.root / "store").glob("*/env/lib/python3*/site-packages/jinja2/__pycache__"))
    assert list((env.root / "rooms").iterdir()) == []
    offline = replace(env, offline=True, root=env.root.parent / "other", cache=env.root / "cache")
    assert told(offline, code, closure()) is not None


def moved() -> Closure:
    """Return the closure with another release of one of its two distributions."""
    asked = ("jinja2==3.1.6", "markupsafe==2.1.5")
    found = UvSolver().close(Requirements(pins=asked, cutoff=CUTOFF, interpreter=PYTHON))
    assert isinstance(found, Closure)
    return found


def files(place: Path) -> dict[str, bytes]:
    """Return what lies in an environment; of what Python compiled, which names the place, names."""
    found = (path for path in sorted(place.rglob("*")) if path.is_file() and path.exists())
    return {
        path.relative_to(place).as_posix(): b"" if path.suffix == ".pyc" else path.read_bytes()
        for path in found
    }


def test_what_two_locks_share_is_installed_once_and_is_what_a_whole_installation_has(
    env: DockerEnv,
) -> None:
    for what in (closure(), moved(), closure()):
        assert told(env, "import jinja2, markupsafe; say(markupsafe.escape('<'))", what) == "&lt;"
    layers = [each for each in (env.root / "layers").iterdir() if each.is_dir()]
    pinned = sorted((each / "pins.txt").read_text().count("==") for each in layers)
    assert pinned == [1, 2]  # the second lock installed what it moved, and nothing else
    shared = list((env.root / "store").glob("*/env/lib/python3*/site-packages/jinja2/__init__.py"))
    assert len({file.stat().st_ino for file in shared}) == 1
    assert len(shared) == 2
    (second,) = (
        each.parents[4]
        for each in (env.root / "store").glob("*/env/lib/*/*/[mM]arkup[sS]afe-2.1.5*")
    )
    with env.open(moved(), interpreter=PYTHON, limits=Limits(), fresh=True) as room:
        assert not isinstance(room, Failure)
        (whole,) = (each / "env" for each in (env.root / "rooms").iterdir() if each.is_dir())
        assert files(second / "env") == files(whole / "env")


POISON = """
import jinja2
try:
    open(jinja2.__file__, "a").write("\\nraise ImportError\\n")
    say("out")
except OSError as error:
    say(error.strerror)
"""


def test_what_environments_share_no_cell_can_change(env: DockerEnv) -> None:
    """Not even one that is root in its container: what it sees of them is read-only."""
    assert told(env, "import jinja2; say(1)", closure()) == 1
    with env.open(moved(), interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        assert not isinstance(room, Failure)
        powerful = replace(room.box, user="0:0")
        assert tell(replace(room, box=powerful), POISON)[0] == ["Read-only file system"]
        place = str(room.python.parent.parent)
        reads = {key: value for key, value in room.box.reads.items() if key != place}
        unguarded = replace(powerful, reads=reads, writes={place: room.box.reads[place]})
        assert tell(replace(room, box=unguarded), POISON)[0] == ["out"]
    assert told(env, "import jinja2; say(1)", closure()) is None  # and would reach the other


def test_a_wheel_with_another_hash_is_refused(env: DockerEnv) -> None:
    pins = tuple(replace(pin, hashes=("sha256:" + "0" * 64,)) for pin in closure().pins)
    with env.open(Closure(pins=pins), interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        assert isinstance(room, Failure)
    assert (room.phase, room.reason) == (Phase.INSTALL, Reason.HASH_MISMATCH)
    assert str(env.root) not in room.message
    assert not list((env.root / "store").glob("*/complete"))


def test_installations_that_fail_are_values(env: DockerEnv) -> None:
    unknown = Closure(pins=(Pin(name="no-such-package-of-anybody", version="1.0"),))
    for what, limits, reason in (
        (unknown, Limits(), Reason.NOT_INSTALLABLE),
        (closure(), Limits(install_seconds=0.05), Reason.TIMEOUT),
    ):
        with env.open(what, interpreter=PYTHON, limits=limits, fresh=True) as room:
            assert isinstance(room, Failure)
        assert room.reason is reason, room.message


def test_no_credential_reaches_a_cell(env: DockerEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX_OURS_PASSWORD", "canary")
    box = env._prepare_box(IMAGE, ("/stackmatrix/env", PYTHON, ""))
    assert box.environment["UV_INDEX_OURS_PASSWORD"] == "canary"  # noqa: S105 - a canary
    assert "canary" not in str(told(env, "say(dict(os.environ))"))
    assert "certificates" not in str(told(env, "say(os.listdir('/'))"))


def test_threads_may_open_the_same_closure_at_once(env: DockerEnv) -> None:
    what = closure()
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: told(env, "import jinja2; say(1)", what), range(3)))
    assert found == [1, 1, 1]


# What is missing ----------------------------------------------------------------------------------


def test_an_image_that_is_missing_is_named_with_its_cure(env: DockerEnv) -> None:
    for other, what in (
        (replace(env, image="nobody/nothing"), "nobody/nothing"),
        (replace(env, image="debian-13", engine=NoImages()), "stackmatrix/debian-13"),
    ):
        opened_ = other.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False)
        with pytest.raises(MissingToolError, match=what) as raised, opened_:
            pass
        assert "stackmatrix image build" in raised.value.cure


class NoImages(Engine):
    def digest(self, image: str) -> str:  # noqa: ARG002 - none is here
        return ""


def test_an_image_without_the_interpreter_is_named(env: DockerEnv) -> None:
    other = replace(env, image=IMAGE)
    opened_ = other.open(BARE, interpreter="3.99", limits=Limits(), fresh=True)
    with pytest.raises(MissingToolError, match=re.escape("has no Python 3.99")), opened_:
        pass


def test_a_gpu_that_is_missing_is_told(env: DockerEnv) -> None:
    if Path("/dev/nvidia0").exists():
        pytest.skip("there is a GPU")
    with pytest.raises(MissingToolError, match="no GPU"):
        told(replace(env, gpus=True), "say(1)")


def test_no_engine_is_a_clear_error(
    env: DockerEnv, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    row = Row(name="chat", components=("a",), suite=())
    plain = Matrix(title="", file="", index="", components={}, rows=(row,))
    ground = Ground(root=env.root)

    def chosen(matrix: Matrix = plain, row: Row = row, ground: Ground = ground) -> str:
        return environment(matrix, row, ground, BACKENDS["cpu"]).name

    assert chosen() == "uv"
    asked = replace(plain, homes=Homes(env="docker"))
    with pytest.raises(MissingToolError, match="`chat` asks for docker") as raised:
        chosen(asked)
    assert "dockerd" in raised.value.cure
    fallen = replace(plain, homes=Homes(env="docker", fallback="uv"))
    assert chosen(fallen) == "uv"
    monkeypatch.delenv("DOCKER_HOST")
    assert chosen() == "docker"
    assert chosen(ground=replace(ground, asked="uv")) == "uv"
    assert chosen(row=replace(row, interpreter="3.8")) == "uv"  # no image has it


def test_options_reach_the_house(tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").write_text(SMALL.replace("stacks:", "env: docker\nstacks:", 1))
    engine()
    options = Options(
        config=tmp_path / "matrix.yaml", state=tmp_path / "s", reports=tmp_path, env=""
    )
    with opened(options, Silent()) as house:
        assert {house.within(row.name).env.name for row in house.matrix.rows} == {"docker"}
    with opened(replace(options, env="uv"), Silent()) as house:
        assert {house.within(row.name).env.name for row in house.matrix.rows} == {"uv"}


class Silent:
    def begin(self, step: str, total: int) -> None: ...
    def start(self, step: str, label: str) -> None: ...
    def advance(self, step: str, label: str) -> None: ...
    def note(self, line: str) -> None: ...
