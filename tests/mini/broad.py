"""A world that is broad and shallow: as many small cells as somebody wants, one of them at fault.

Each cell has an environment of its own. How many there are is STACKMATRIX_CELLS, 50 where it is
not set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.mini.draws import Behaviour, Draw, Issue, Package, Row
from tests.mini.world import World, _matrix, _write_index, _write_probes

CELLS = int(os.environ.get("STACKMATRIX_CELLS", "50"))
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
FEW = 8  # cells, where their number proves nothing
ENDED = {0, 1}  # nothing is newly broken, or something is
NAMES = ("brimble", "quandor")


def broad(root: Path, cells: int = CELLS) -> World:
    """Write a world of `cells` cells into the folder `root`: two rows of one package each."""
    sizes = (cells - cells // 2, cells // 2)
    packages = {
        name: _package(name, size, at)
        for at, (name, size) in enumerate(zip(NAMES, sizes, strict=True))
    }
    rows = tuple(
        Row(
            name=f"row-{name}",
            components=(name,),
            baseline={name: "1.0"},
            probes=(name,),
            golden=True,
        )
        for name in NAMES
    )
    draw = Draw(seed=0, packages=packages, rows=rows, follow=dict.fromkeys(NAMES, ("all",)))
    world = World(draw=draw, root=root, expected=None)
    _write_index(draw, root / "index")
    for row in rows:
        _write_probes(draw, row, root / "probes")
    world.matrix.write_text(yaml.safe_dump(_matrix(world), sort_keys=False))
    return world


def _package(name: str, releases: int, at: int) -> Package:
    """The newest release of the second package drifts; every other one is what it was."""
    issues = tuple(
        Issue(
            version=f"1.{n}",
            day=n,
            behaviour=Behaviour.DRIFT if at and n == releases - 1 else Behaviour.PLAIN,
        )
        for n in range(releases)
    )
    return Package(name=name, issues=issues, word=f"{name} as ever", drifted=f"{name} otherwise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Runs the real command on a world, with a state folder of its own."""

    world: World
    name: str

    @property
    def folder(self) -> Path:
        """Where this desk works; relative paths start here."""
        return self.world.root / self.name

    def argv(self, verb: str, *more: str) -> list[str]:
        """Return the command line of `verb` on this world."""
        return [*COMMAND, verb, *self.matrix(verb), "--quiet", *more]

    def matrix(self, verb: str) -> list[str]:
        """Return the flags that say which matrix; `merge` reads none."""
        return [] if verb == "merge" else ["--config", str(self.world.matrix)]

    def run(self, verb: str, *more: str) -> str:
        """Run `verb` to its end; it must end well. Returns what it printed."""
        self.folder.mkdir(exist_ok=True)
        argv = [word for word in self.argv(verb, *more) if verb != "show" or word != "--quiet"]
        ran = subprocess.run(argv, cwd=self.folder, capture_output=True, text=True, check=False)
        assert ran.returncode in ENDED, f"{verb} {more}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def finish(self) -> None:
        """Do every step after `execute`."""
        for verb in ("judge", "explain", "reduce", "track", "render"):
            self.run(verb)

    def canonical(self) -> str:
        """Return what equal runs agree on, from the ledger."""
        return self.run("show", "--canonical")
