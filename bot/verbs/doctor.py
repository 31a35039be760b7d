"""`stackmatrix doctor`: what this machine has, what it lacks, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.core.images import IMAGES
from bot.effects.hub import PIP
from bot.effects.uv import Uv, binary
from bot.envs.uv import UvEnv
from bot.errors import MissingToolError
from bot.ports import Env
from bot.verbs.backends import here

_GIGABYTE = 1024**3
_ROOM_NEEDED = 5  # gigabytes: what the default matrix fills, uv's cache included


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: `good`, `bad` (a run cannot work) or `poor` (it can)."""

    name: str
    state: str
    says: str
    cure: str = ""


def doctor(state: Path) -> tuple[Finding, ...]:
    """Look at everything a run needs; nothing is changed."""
    return tuple(_look(state))


def _look(state: Path) -> Iterator[Finding]:
    yield _interpreter()
    yield _uv(state)
    docker = _docker()
    yield docker
    yield _disk(state)
    yield _certificates()
    yield _hub()
    yield from _promises(state, docker=docker.state == "good")
    yield from _hardware()


def _hardware() -> Iterator[Finding]:
    for name, is_here, says in here():
        state = "good" if is_here else "poor"
        cure = "" if is_here else "not needed; stacks on it wait for a machine that has it"
        yield Finding(name=f"backend {name}", state=state, says=says, cure=cure)


def _interpreter() -> Finding:
    version = platform.python_version()
    good = sys.version_info >= (3, 11)
    cure = "" if good else "install Python 3.11 or newer and make the environment with it"
    return Finding(name="interpreter", state="good" if good else "bad", says=version, cure=cure)


def _uv(state: Path) -> Finding:
    try:
        found = binary()
    except MissingToolError as trouble:
        return Finding(name="uv", state="bad", says=trouble.message, cure=trouble.cure)
    state.parent.mkdir(parents=True, exist_ok=True)
    ran = Uv().run("--version", cwd=state.parent, seconds=30)
    good = ran.returncode == 0
    says = ran.output.strip() if good else f"{found} does not run: {ran.output.strip()}"
    cure = "" if good else "pip install --force-reinstall uv"
    return Finding(name="uv", state="good" if good else "bad", says=says, cure=cure)


def _docker() -> Finding:
    from bot.effects.engine import Engine  # noqa: PLC0415 - its SDK takes long to load

    engine = Engine()
    try:
        version = engine.nature()
    except MissingToolError as trouble:
        says = f"{trouble.message}; cells run in uv environments"
        cure = "not needed; for containers start dockerd, or Podman's socket"
        return Finding(name="docker", state="poor", says=says, cure=cure)
    here = [row.name for row in IMAGES if engine.digest(row.reference)]
    if not here:
        cure = "`stackmatrix image build`, or `docker pull python:3.12-slim`"
        return Finding(name="docker", state="poor", says=f"{version}, no base image", cure=cure)
    return Finding(name="docker", state="good", says=f"{version}, images: {', '.join(here)}")


def _promises(state: Path, *, docker: bool) -> Iterator[Finding]:
    """Say what each environment keeps a cell from, on this machine."""
    from bot.envs.docker import DockerEnv  # noqa: PLC0415 - as above

    envs: tuple[Env, ...] = (UvEnv(root=state), *((DockerEnv(root=state),) if docker else ()))
    for env in envs:
        for what, word in env.promises().items():
            yield Finding(name=f"{env.name}: {what}", state="good", says=word)


def _disk(state: Path) -> Finding:
    place = state if state.exists() else Path.cwd()
    free = shutil.disk_usage(place).free / _GIGABYTE
    good = free >= _ROOM_NEEDED
    cure = "" if good else f"free {_ROOM_NEEDED} GB, or give another folder with --state"
    return Finding(
        name="disk", state="good" if good else "poor", says=f"{free:.0f} GB free", cure=cure
    )


def _certificates() -> Finding:
    named = {
        name: value
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "SSL_CERT_DIR")
        if (value := os.environ.get(name))
    }
    lost = [f"{name}={value}" for name, value in named.items() if not Path(value).exists()]
    if lost:
        cure = "point the variable to the bundle of your network, or unset it"
        return Finding(name="certificates", state="bad", says=f"not there: {lost}", cure=cure)
    says = f"own bundle by {', '.join(sorted(named))}" if named else "the built-in ones"
    return Finding(name="certificates", state="good", says=says)


def _hub() -> Finding:
    try:
        says = f"huggingface_hub {version('huggingface_hub')}"
    except PackageNotFoundError:
        says = "huggingface_hub is not installed; a model is taken from a folder"
        cure = f"not needed; for a model by its commit on a hub, {PIP}"
        return Finding(name="hub", state="poor", says=says, cure=cure)
    return Finding(name="hub", state="good", says=says)
