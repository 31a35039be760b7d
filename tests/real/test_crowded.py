"""A crowded machine makes no cell in a container late, and one that is alone and slow is late."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.model import Failure, Json
from bot.effects import engine as door
from bot.effects.cgroup import Group
from bot.envs.docker import DockerEnv
from bot.ports import Limits, Talk
from tests.real.containers import BARE, MEMORY, PYTHON, docker

pytestmark = pytest.mark.real
CPU = min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
CROWD = f"import os\nos.sched_setaffinity(0, {{{CPU}}})\nwhile True: pass"
BUSY = f"""
os.sched_setaffinity(0, {{{CPU}}})
say("begun")
end = time.process_time() + 0.8
while time.process_time() < end:
    pass
say("done")
"""
PATIENCE = 1.6


@pytest.fixture
def env(tmp_path: Path) -> DockerEnv:
    return docker(tmp_path)


@pytest.fixture
def crowd() -> Iterator[None]:
    """Keep one processor busy: who shares it fairly with four gets a fifth of it, or less."""
    many = [subprocess.Popen([sys.executable, "-c", CROWD]) for _ in range(4)]
    yield
    for one in many:
        one.kill()
        one.wait()


def asked(env: DockerEnv, code: str) -> tuple[list[Json], Talk, float]:
    """Run `code`, which has a while to begin and then little patience for each thing it says."""
    heard: list[Json] = []
    times: list[float] = []

    def hear(line: Json) -> float:
        heard.append(line)
        times.append(time.monotonic())
        return PATIENCE

    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        assert not isinstance(room, Failure), room
        talk = room.talk({"code": code}, hear, seconds=60.0, memory_bytes=MEMORY)
    return heard, talk, times[-1] - times[0]


@pytest.mark.usefixtures("crowd")
def test_who_waits_for_a_processor_is_not_late(
    env: DockerEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, talk, seconds = asked(env, BUSY)
    assert (heard, talk.stopped_by) == (["begun", "done"], "")
    assert seconds > PATIENCE
    monkeypatch.setattr(door, "group", lambda *_: Group())  # as on an engine of another machine
    heard, talk, _ = asked(env, BUSY)
    assert (heard, talk.stopped_by) == (["begun"], "timeout")
    assert b"waited for a processor is not known" in talk.log


def test_who_waits_for_nothing_is_late(env: DockerEnv) -> None:
    heard, talk, _ = asked(env, "say('begun'); time.sleep(60)")
    assert (heard, talk.stopped_by) == (["begun"], "timeout")
    assert b"not known" not in talk.log
