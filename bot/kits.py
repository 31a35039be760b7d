"""What each row of a matrix is closed and run with, on each of its backends.

A backend's row of data says what its kit has besides; a stack that exists is only looked at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bot.core.backends import BACKENDS, CPU, Backend
from bot.core.matrix import NO_PYTHON, Matrix, Row
from bot.core.model import Closure, Conflict
from bot.effects.hardware import passed
from bot.effects.inventory import installed, served
from bot.effects.npm import obstacle
from bot.environments import Ground, crossed_environment
from bot.envs.existing import ExistingEnv
from bot.envs.node import NodeEnv
from bot.solvers.existing import ExistingSolver
from bot.solvers.npm import NpmSolver
from bot.solvers.uv import UvSolver
from bot.steps.house import Kit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kits:
    """Makes kits on common ground."""

    ground: Ground

    def places(self, matrix: Matrix) -> Mapping[tuple[str, str], Kit]:
        """Return the kit of every row on each of its backends.

        Raises `MissingToolError` where an environment was asked for by name and cannot be had.
        """
        return {
            (row.name, backend.name): kit
            for row in matrix.rows
            for backend, kit in self._kits(matrix, row)
        }

    def _kits(self, matrix: Matrix, row: Row) -> Iterator[tuple[Backend, Kit]]:
        source = matrix.components[row.components[0]].source
        for name in row.backends:
            backend = BACKENDS[name]
            if row.existing:
                yield backend, self._existing(matrix, row, backend)
            elif source == "npm":
                yield backend, self._npm(backend)
            elif row.interpreter != NO_PYTHON:
                yield backend, self._pypi(matrix, row, backend)

    def usual(self) -> Mapping[str, Kit]:
        """Return the kits of packages that are not Python's, on the processor, by source."""
        return {"npm": self._npm(BACKENDS[CPU])}

    def _npm(self, backend: Backend) -> Kit:
        env = NodeEnv(root=self.ground.root, offline=self.ground.offline, variables=passed(backend))
        return Kit(solver=NpmSolver(offline=self.ground.offline), env=env, obstacle=obstacle())

    def _existing(self, matrix: Matrix, row: Row, backend: Backend) -> Kit:
        """Look at what is there, which a key of the user's reaches where one is named."""
        options = matrix.components[row.components[0]].options
        key = options.get("api_key_variable")
        passes = (key,) if isinstance(key, str) else ()
        given = {name: os.environ[name] for name in passes if name in os.environ}
        look: Callable[[], Closure | Conflict] = partial(installed, row.existing)
        python = Path(sys.executable if row.url else row.existing)
        if row.url:
            look = partial(served, row.url, options, given)
        if row.url and self.ground.offline and urlsplit(row.url).hostname not in LOOPBACK:
            away = f"{row.url} is not of this machine, and --offline asks nobody"
            look = partial(Conflict, why=away)
        env = ExistingEnv(
            root=self.ground.root, python=python, passes=passes, variables=passed(backend), now=look
        )
        return Kit(solver=ExistingSolver(look=look), env=env, word=row.existing, url=row.url)

    def _pypi(self, matrix: Matrix, row: Row, backend: Backend) -> Kit:
        """Look in the backend's indexes as well; a wheel with its local version is the newest."""
        ground = self.ground
        args = (*ground.index_args, *more_indexes(backend))
        env, why = crossed_environment(matrix, row, replace(ground, index_args=args), backend)
        word = backend.name if backend.indexes else ""
        solver = UvSolver(index_args=args, offline=ground.offline)
        return Kit(solver=solver, env=env, word=word, obstacle=why)


def more_indexes(backend: Backend) -> tuple[str, ...]:
    """Return the flags by which uv finds the wheels of `backend`, wherever a package has them."""
    found = tuple(word for index in backend.indexes for word in ("--index", index))
    return (*found, "--index-strategy", "unsafe-best-match") if found else ()
