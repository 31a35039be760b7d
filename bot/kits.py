"""What each row of a matrix is closed and run with where that is not the usual: other hardware.

The usual solver and environment are the house's own. A row on another backend than the processor
has a kit of its own, with what the backend's row of data says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.backends import BACKENDS, CPU, Backend
from bot.core.matrix import Matrix, Row
from bot.effects.hardware import passed
from bot.effects.npm import obstacle
from bot.envs.node import NodeEnv
from bot.envs.uv import UvEnv
from bot.solvers.npm import NpmSolver
from bot.solvers.uv import UvSolver
from bot.steps.house import Kit


@dataclass(frozen=True, slots=True, kw_only=True)
class Kits:
    """Makes kits: rooms lie in `root`, packages are looked for by `index_args`."""

    root: Path
    index_args: tuple[str, ...] = ()
    offline: bool = False

    def places(self, matrix: Matrix) -> Mapping[tuple[str, str], Kit]:
        """Return the kit of every row and backend that has one of its own."""
        return {
            (row.name, backend.name): kit
            for row in matrix.rows
            for backend, kit in self._kits(matrix, row)
        }

    def _kits(self, matrix: Matrix, row: Row) -> Iterator[tuple[Backend, Kit]]:
        source = matrix.components[row.components[0]].source
        for name in row.backends:
            if name != CPU:
                backend = BACKENDS[name]
                yield backend, self._npm(backend) if source == "npm" else self._pypi(backend)

    def usual(self) -> Mapping[str, Kit]:
        """Return the kits of packages that are not Python's, on the processor, by source."""
        return {"npm": self._npm(BACKENDS[CPU])}

    def _npm(self, backend: Backend) -> Kit:
        env = NodeEnv(root=self.root, offline=self.offline, variables=passed(backend))
        return Kit(solver=NpmSolver(offline=self.offline), env=env, obstacle=obstacle())

    def _pypi(self, backend: Backend) -> Kit:
        """Look in the backend's indexes as well; a wheel with its local version is the newest."""
        args = (*self.index_args, *more_indexes(backend))
        env = UvEnv(
            root=self.root, index_args=args, offline=self.offline, variables=passed(backend)
        )
        word = backend.name if backend.indexes else ""
        return Kit(solver=UvSolver(index_args=args, offline=self.offline), env=env, word=word)


def more_indexes(backend: Backend) -> tuple[str, ...]:
    """Return the flags by which uv finds the wheels of `backend`, wherever a package has them."""
    found = tuple(word for index in backend.indexes for word in ("--index", index))
    return (*found, "--index-strategy", "unsafe-best-match") if found else ()
