"""What tests of containers share: an engine that answers, a base image, and a guest that obeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.core.matrix import Matrix
from bot.core.model import Closure, Failure, Json
from bot.effects.engine import Engine
from bot.environments import certificates
from bot.envs.docker import DockerEnv
from bot.ports import Env, Limits, Room, Talk

IMAGE, PYTHON = "stackmatrix/debian-12", "3.11"
BARE = Closure(pins=())
MEMORY = 2**28
GUEST = """
import json, os, socket, subprocess, sys, time
job = json.load(open(sys.argv[1]))
def say(said):
    os.write(int(sys.argv[2]), (json.dumps(said) + "\\n").encode())
exec(job["code"])
"""


def engine() -> Engine:
    """Return the engine, or skip the test where none answers or the image is not made."""
    found = Engine()
    if why := found.obstacle():
        pytest.skip(f"needs a container engine: {why}")
    if not found.digest(IMAGE):
        pytest.skip(f"needs the image {IMAGE}: `stackmatrix image build`")
    return found


def guest(folder: Path) -> Path:
    """Write the guest that runs the code of its job."""
    folder.mkdir(exist_ok=True)
    (folder / "main.py").write_text(GUEST)
    return folder


def docker(folder: Path, **more: object) -> DockerEnv:
    """Return an environment of containers whose guest obeys."""
    bundle = certificates(Matrix(title="", file="", index="", components={}, rows=()))
    plain = {"root": folder / "envs", "guest": guest(folder / "guest"), "certificates": bundle}
    return DockerEnv(engine=engine(), **{**plain, **more})  # type: ignore[arg-type]


def tell(room: Room | Failure, code: str, seconds: float = 20.0) -> tuple[Sequence[Json], Talk]:
    """Run `code` in a room; what it said, and how it ended."""
    assert not isinstance(room, Failure), room
    heard: list[Json] = []

    def hear(line: Json) -> float:
        heard.append(line)
        return seconds

    talk = room.talk({"code": code}, hear, seconds=seconds, memory_bytes=MEMORY)
    return heard, talk


def told(env: Env, code: str, what: Closure = BARE, seconds: float = 20.0) -> Json:
    """Return the first thing that `code` says in a new room of `env`; None where it says none."""
    with env.open(what, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        heard, talk = tell(room, code, seconds)
    assert heard or talk.stopped_by or talk.returncode, talk.log.decode()
    return heard[0] if heard else None


def without(env: DockerEnv, name: str, instead: object = None) -> DockerEnv:
    """Return `env` with one guard taken away, or replaced by another word."""
    from dataclasses import replace  # noqa: PLC0415

    kept: Mapping[str, object] = {key: value for key, value in env.guards.items() if key != name}
    return replace(env, guards={**kept, **({} if instead is None else {name: instead})})
