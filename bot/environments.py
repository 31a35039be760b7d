"""Which environment each stack runs in: what a person asked for, held against what is here.

`auto` takes docker where an engine answers and an image has the stack's Python, else uv. Whoever
asks for docker by name gets it or an error: a cell moves elsewhere only where `fallback` says so.
A stack that exists already is `bot.kits`' to find.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.backends import CPU, Backend
from bot.core.contained import Sweeper
from bot.core.matrix import Matrix, Row
from bot.effects.hardware import passed
from bot.envs.uv import UvEnv
from bot.errors import ConfigError, MissingToolError, Problem
from bot.ports import Env

if TYPE_CHECKING:
    from bot.envs.docker import DockerEnv

AUTO, DOCKER = "auto", "docker"
CUDA = "cuda"  # what a container engine lends by a request of its own
BUNDLE = "SSL_CERT_FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all environments of a run stand on: their folder, the index, whether to fetch."""

    root: Path
    index_args: tuple[str, ...] = ()
    offline: bool = False
    asked: str = ""  # on the command line, for all stacks


def crossed_environment(
    matrix: Matrix, row: Row, ground: Ground, backend: Backend
) -> tuple[Env, str]:
    """Return the environment of a row, and why it cannot be had here, "" where it can.

    What is missing for one of several images leaves its row out, and no other; a row that has
    no image of its own must have what it asks for. Raises as `environment` does.
    """
    if not row.stack:
        return environment(matrix, row, ground, backend), ""
    env = _docker(matrix, row, ground, backend)
    if ground.asked not in ("", AUTO, DOCKER):
        return env, f"its image is {row.image}, and --env {ground.asked} uses none"
    why = obstacle(env, row.interpreter)
    return env, f"{why.message} ({why.cure})" if why else ""


def environment(matrix: Matrix, row: Row, ground: Ground, backend: Backend) -> Env:
    """Return the environment of a stack that is installed for Python, on one backend.

    Raises `MissingToolError` where docker was asked for by name and cannot be had, `ConfigError`
    where the certificates are no file.
    """
    homes = matrix.homes
    wanted = ground.asked or row.env or homes.env
    if wanted in (AUTO, DOCKER):
        env = _docker(matrix, row, ground, backend)
        why = obstacle(env, row.interpreter)
        if why is None:
            return env
        if wanted == DOCKER and not homes.fallback:
            what = f"stack `{row.name}` asks for docker: {why.message}"
            raise MissingToolError(what, cure=f"{why.cure}; or `fallback: uv`")
    return UvEnv(
        root=ground.root,
        index_args=ground.index_args,
        offline=ground.offline,
        variables=passed(backend),
    )


def _docker(matrix: Matrix, row: Row, ground: Ground, backend: Backend) -> DockerEnv:
    from bot.envs.docker import DockerEnv  # noqa: PLC0415 - its SDK loads for long

    return DockerEnv(
        root=ground.root / DOCKER,
        index_args=ground.index_args,
        offline=ground.offline,
        image=row.image or matrix.homes.image or ("" if backend.name == CPU else backend.image),
        certificates=certificates(matrix),
        variables=passed(backend),
        gpus=backend.name == CUDA,
    )


def obstacle(env: DockerEnv, interpreter: str) -> MissingToolError | None:
    """Return why no container of `env` can have `interpreter`, None where one can."""
    try:
        env.engine.nature()
        env.image_for(interpreter)
    except MissingToolError as trouble:
        return trouble
    return None


def certificates(matrix: Matrix) -> Path | None:
    """Return the bundle that fetching trusts: the configured one, else this machine's variable.

    Raises `ConfigError` where the configured one is no file.
    """
    named = matrix.homes.certificates
    if named and not Path(named).is_file():
        line, column = matrix.place("certificates")
        what, cure = f"there is no file {named}", "name the bundle of your network, in PEM"
        told = Problem(file=matrix.file, line=line, column=column, what=what, cure=cure)
        raise ConfigError((told,))
    found = named or os.environ.get(BUNDLE, "")
    return Path(found) if found and Path(found).is_file() else None


@contextmanager
def swept(envs: Collection[Env]) -> Iterator[None]:
    """Leave no container behind: neither one of a bot that was killed before, nor one of ours."""
    _sweep(envs)
    try:
        yield
    finally:
        _sweep(envs)


def _sweep(envs: Collection[Env]) -> None:
    """Remove what carries our label; an engine that is away is swept when it is back."""
    for env in {env.owner: env for env in envs if isinstance(env, Sweeper)}.values():
        env.sweep()
