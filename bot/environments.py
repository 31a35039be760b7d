"""Which environment each stack runs in: what a person asked for, held against what is here.

`auto` takes docker where an engine answers and an image has the stack's Python, else uv. Whoever
asks for docker by name gets it or an error: a cell moves elsewhere only where `fallback` says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.contained import Sweeper
from bot.core.matrix import NO_PYTHON, Matrix, Row
from bot.envs.existing import ExistingEnv
from bot.envs.uv import UvEnv
from bot.errors import ConfigError, MissingToolError, Problem
from bot.ports import Env

if TYPE_CHECKING:
    from bot.envs.docker import DockerEnv

AUTO, UV, DOCKER, EXISTING = "auto", "uv", "docker", "existing"
BUNDLE = "SSL_CERT_FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all environments of a run stand on: their folder, the index, whether to fetch."""

    root: Path
    index_args: tuple[str, ...] = ()
    offline: bool = False
    asked: str = ""  # on the command line, for all stacks


def environments(matrix: Matrix, ground: Ground) -> Mapping[str, Env]:
    """Return the environment of each stack that is installed for Python, by the stack's name.

    Raises `MissingToolError` where docker was asked for by name and cannot be had, `ConfigError`
    where the certificates are no file.
    """
    rows = [row for row in matrix.rows if row.interpreter != NO_PYTHON]
    return {row.name: _of(matrix, row, ground) for row in rows if not _node(row)}


def _node(row: Row) -> bool:
    return row.interpreter.startswith("node ")


def _of(matrix: Matrix, row: Row, ground: Ground) -> Env:
    homes = matrix.homes
    wanted = ground.asked or row.env or homes.env
    if wanted in (AUTO, DOCKER):
        env = _docker(matrix, row, ground)
        why = obstacle(env, row.interpreter)
        if why is None:
            return env
        if wanted == DOCKER and not homes.fallback:
            what = f"stack `{row.name}` asks for docker: {why.message}"
            raise MissingToolError(what, cure=f"{why.cure}; or `fallback: uv`")
    if wanted == EXISTING:
        return ExistingEnv(root=ground.root)
    return UvEnv(root=ground.root, index_args=ground.index_args, offline=ground.offline)


def _docker(matrix: Matrix, row: Row, ground: Ground) -> DockerEnv:
    from bot.envs.docker import DockerEnv  # noqa: PLC0415 - its SDK loads for long

    return DockerEnv(
        root=ground.root / DOCKER,
        index_args=ground.index_args,
        offline=ground.offline,
        image=row.image or matrix.homes.image,
        certificates=certificates(matrix),
    )


def obstacle(env: DockerEnv, interpreter: str) -> MissingToolError | None:
    """Return why no container of `env` can have `interpreter`, None where one can."""
    try:
        env.engine.version()
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
def swept(envs: Mapping[str, Env]) -> Iterator[None]:
    """Leave no container behind: neither one of a bot that was killed before, nor one of ours."""
    _sweep(envs)
    try:
        yield
    finally:
        _sweep(envs)


def _sweep(envs: Mapping[str, Env]) -> None:
    """Remove what carries our label; an engine that is away is swept when it is back."""
    for env in {env.owner: env for env in envs.values() if isinstance(env, Sweeper)}.values():
        env.sweep()
