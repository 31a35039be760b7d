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

from bot.effects.hub import PIP
from bot.effects.uv import Uv, binary
from bot.errors import MissingToolError
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
    yield _docker()
    yield _disk(state)
    yield _certificates()
    yield _hub()
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
    import docker  # noqa: PLC0415 - only this verb needs it, and it takes long to load
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        client = docker.from_env(timeout=5)
        version = str(client.version()["Version"])
    except (DockerException, OSError) as trouble:
        says = f"no engine answers ({type(trouble).__name__}); cells run in uv environments"
        cure = "not needed; for containers install docker.io and start dockerd"
        return Finding(name="docker", state="poor", says=says, cure=cure)
    return Finding(name="docker", state="good", says=version)


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
