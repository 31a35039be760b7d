"""Podman, which speaks Docker's language: found by its own socket, and what it promises, kept.

An engine of our own is started in a folder, with an image that Docker has. The ways out of a cell
(`test_escapes.py`) and the whole of `test_docker.py` run on a Podman that `DOCKER_HOST` names.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.effects import engines
from bot.effects.engine import Engine
from bot.envs.docker import DockerEnv
from bot.errors import MissingToolError
from bot.ports import Limits
from bot.verbs.doctor import doctor
from tests.real.containers import BARE, IMAGE, PYTHON, docker, tell, told
from tests.real.test_escapes import EAT, WRITE

pytestmark = pytest.mark.real
CONTAINERS = """
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
{init}
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc=4096:4096"]
"""
STORAGE = """
[storage]
driver = "{driver}"
graphroot = "{home}/storage"
runroot = "{home}/run"
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Start Podman below a folder, as its usual socket there, and give it our image."""
    if not shutil.which("podman"):
        pytest.skip("podman is not installed")
    if os.getuid():
        pytest.skip("an engine of our own needs root")
    if Engine().obstacle() or not Engine().digest(IMAGE):
        pytest.skip(f"the image {IMAGE} is taken from Docker")
    home = Path(tempfile.mkdtemp(prefix="p"))  # a socket's path has 107 characters at most
    socket = home / "podman" / "podman.sock"
    socket.parent.mkdir()
    environment = configured(home)
    save = subprocess.Popen(["docker", "save", IMAGE], stdout=subprocess.PIPE)
    loaded = ["podman", "load", "--quiet"]
    subprocess.run(loaded, stdin=save.stdout, env=environment, check=True, capture_output=True)
    assert save.wait() == 0
    argv = ["podman", "system", "service", "--time=0", f"unix://{socket}"]
    process = subprocess.Popen(argv, env=environment)
    try:
        end = time.monotonic() + 30
        while not socket.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        yield home
    finally:
        process.terminate()
        process.wait(timeout=60)
        subprocess.run(["umount", str(home / "storage" / "overlay")], check=False)
        shutil.rmtree(home, ignore_errors=True)


def configured(home: Path) -> dict[str, str]:
    """Write what Podman needs to know, and return the variables that say where."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    init = shutil.which("catatonit") or shutil.which("docker-init") or ""
    told = {
        "CONTAINERS_CONF": CONTAINERS.format(init=f'init_path = "{init}"', files=files),
        "CONTAINERS_STORAGE_CONF": STORAGE.format(driver="overlay", home=home),
    }
    for name, text in told.items():
        (home / name).write_text(text)
    return {**os.environ, **{name: str(home / name) for name in told}}


@pytest.fixture
def env(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DockerEnv:
    """Return an environment on the socket that is found where no Docker answers."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    monkeypatch.setattr(engines, "DOCKER_SOCKET", tmp_path / "none.sock")
    return docker(tmp_path)


def test_it_is_found_and_named_where_no_docker_answers(env: DockerEnv, tmp_path: Path) -> None:
    nature = env.engine.nature()
    assert nature.podman
    assert env.promises()["engine"] == f"Podman {nature.version}"
    (found,) = [each for each in doctor(tmp_path / "state") if each.name == "docker"]
    assert (found.state, found.says.partition(",")[0]) == ("good", f"Podman {nature.version}")


def test_a_cell_runs_and_is_gone(env: DockerEnv) -> None:
    assert told(env, "say([os.getcwd(), os.getuid()])") == ["/home/work", 65534]
    assert env.engine.containers(env.owner) == ()


def test_memory_that_ran_out_is_told_although_podman_does_not_say_it(env: DockerEnv) -> None:
    code = f"subprocess.run([sys.executable, '-c', {EAT!r}]); say('alive')"
    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        heard, talk = tell(room, code)
        assert (heard, talk.stopped_by) == (["alive"], "out of memory")
        heard, talk = tell(room, EAT)
        assert (heard, talk.stopped_by) == ([], "out of memory")
        heard, talk = tell(room, "os.kill(os.getpid(), 9)")
        assert (heard, talk.stopped_by, talk.returncode) == ([], "", -9)


def test_nothing_is_writable_that_is_not_in_docker(env: DockerEnv) -> None:
    for place in ("/var/tmp/canary", "/run/canary"):
        assert told(env, WRITE.format(path=place)) in ("OSError", "PermissionError")


def test_a_gpu_is_refused_rather_than_left_out(env: DockerEnv) -> None:
    with pytest.raises(MissingToolError, match="no GPU from Podman"):
        told(replace(env, gpus=True), "say(1)")
