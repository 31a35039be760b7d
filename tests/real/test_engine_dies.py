"""A bot or an engine that is killed: nothing is lost but what was in flight, nothing stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.core.contained import Contained
from bot.core.model import Failure, Json
from bot.effects.engine import GONE, Engine
from bot.envs.docker import DockerEnv
from bot.ports import Limits
from tests.real.containers import BARE, IMAGE, MEMORY, PYTHON, docker, tell, told

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]


@pytest.fixture
def env(tmp_path: Path) -> DockerEnv:
    return docker(tmp_path)


HOLDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bot.ports import Limits
from tests.real.containers import BARE, PYTHON, docker, tell
with docker(Path(sys.argv[2])).open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
    tell(room, "say(1); time.sleep(120)", seconds=120)
"""


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.1)


def test_what_a_killed_bot_left_is_removed_by_the_next_and_nobody_elses(
    env: DockerEnv, tmp_path: Path
) -> None:
    argv = [sys.executable, "-c", HOLDER, str(ROOT)]
    bots = [subprocess.Popen([*argv, str(place)]) for place in (tmp_path, tmp_path)]
    try:
        until(lambda: len(env.engine.containers(env.owner)) == 2)
        assert env.sweep() == 0  # both are at work
        bots[0].send_signal(signal.SIGKILL)
        bots[0].wait()
        assert env.sweep() == 1
        assert len(env.engine.containers(env.owner)) == 1
        other = replace(env, root=tmp_path / "another")
        bots[1].send_signal(signal.SIGKILL)
        bots[1].wait()
        assert other.sweep() == 0
        assert env.sweep() == 1
        assert env.engine.containers(env.owner) == ()
    finally:
        for bot in bots:
            bot.kill()


@contextmanager
def daemon(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start an engine of our own below `folder`, with nothing of the machine's.

    It has a network of its own, too: an engine without a bridge removes that of another engine.
    """
    flags = [f"--data-root={folder}/data", f"--exec-root={folder}/exec", "--bridge=none"]
    flags += [f"--pidfile={folder}/pid", f"--host=unix://{folder}/sock", "--iptables=false"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(["unshare", "--net", "dockerd", *flags], stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for each in mounts:  # what an engine mounted for itself, and nobody else takes away
            if each.startswith(f"{folder}/"):
                subprocess.run(["umount", "--lazy", each], check=False)


def test_an_engine_that_is_killed_costs_the_cell_in_flight_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.getuid():
        pytest.skip("an engine of our own needs root")
    ours = docker(tmp_path)  # skips where there is none
    archive = tmp_path / "image.tar"
    with archive.open("wb") as file:
        subprocess.run(["docker", "save", IMAGE], stdout=file, check=True)
    home = Path(tempfile.mkdtemp(prefix="d"))  # a socket's path has 107 characters at most
    monkeypatch.setenv("DOCKER_HOST", f"unix://{home}/sock")
    env = replace(ours, engine=Engine())
    with daemon(home) as first:
        until(lambda: not Engine().obstacle(), 60)
        subprocess.run(["docker", "load", "--quiet", "--input", str(archive)], check=True)
        assert told(env, "say(1)") == 1
        in_flight(env, first)
        opened_ = env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False)
        (home / "pid").unlink(missing_ok=True)
        beneath = (home / "exec/containerd/containerd.pid").read_text()
        until(lambda: not Path("/proc", beneath).exists())  # it dies with its parent, in its time
    with daemon(home):
        with opened_ as room:  # it waits until the engine is back
            assert tell(room, "say(2)")[0] == [2]
        env.sweep()
        assert env.engine.containers(env.owner) == ()
        assert not running(env.owner)
    shutil.rmtree(home, ignore_errors=True)


def in_flight(env: DockerEnv, engine_: subprocess.Popen[bytes]) -> None:
    """Kill the engine while a cell runs: that is the machine's fault, and told as such."""
    with (
        ThreadPoolExecutor(1) as pool,
        env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room,
    ):
        assert not isinstance(room, Failure), room
        spoke = Event()

        def hear(_: Json) -> float:
            spoke.set()
            return 100.0

        job: Json = {"code": "say(1); time.sleep(300)"}
        asked = pool.submit(room.talk, job, hear, seconds=100.0, memory_bytes=MEMORY)
        assert spoke.wait(60)
        engine_.kill()
        talk = asked.result(timeout=60)
        assert (talk.returncode, talk.stopped_by) == (None, GONE)
        assert isinstance(room, Contained)


def running(owner: str) -> list[str]:
    """Return the command lines of all processes that ran in a container of `owner`."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            line = (each / "cmdline").read_text() if each.name.isdigit() else ""
            mounts = (each / "mountinfo").read_text() if "stackmatrix-guest" in line else ""
        except OSError:
            continue
        if owner in mounts:
            found.append(line)
    return found
