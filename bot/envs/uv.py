"""Rooms built by `uv`: one virtual environment for each closure, from wheels only.

Environments live in `root/store/<closure digest>` and are kept: their files never change once
the marker `complete` lies in them, so what Python compiled there stays right; `root` may be moved,
and they go on working where the interpreter stays. A room is a folder
of its own with the guest's files, a home, a place for temporary files and a place to work in,
and is gone when it is left. With `fresh` the environment is the room's own and goes with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.core.model import Closure, Failure, Json, Reason, digest
from bot.effects.bytecode import Bytecode
from bot.effects.clock import ticks
from bot.effects.room import GUEST, GuestRoom, furnish, guards, kept, network_obstacle, place_for
from bot.effects.uv import Uv, interpreter, not_installed
from bot.errors import MissingToolError
from bot.ports import Limits, Ran

BUILT = "what has no wheel is built: its code runs, with the network"
UvRoom = GuestRoom  # what is installed in it is all that is special about it


@dataclass(frozen=True, slots=True, kw_only=True)
class UvEnv:
    """Makes rooms under `root`. `variables` are what a backend adds to a cell's environment."""

    root: Path
    index_args: tuple[str, ...] = ()
    offline: bool = False
    cache: Path | None = None
    guest: Path = GUEST
    variables: Mapping[str, str] = field(default_factory=dict)
    name: str = "uv"
    build: bool = False  # whether what has no wheel is built, which runs its code
    bytecode: Bytecode | None = None  # what was compiled of wheels before, and is lent to rooms

    def promises(self) -> Mapping[str, str]:
        """Say what a cell is guarded from here, as tried on this machine."""
        return guards(BUILT if self.build else "wheels only: no code of a package runs")

    @contextmanager
    def open(
        self, closure: Closure, *, interpreter: str, limits: Limits, fresh: bool
    ) -> Iterator[UvRoom | Failure]:
        """Yield a room with `closure`, or how its installation failed.

        Raises `MissingToolError` when there is no uv or no such interpreter. Any number of
        threads and processes may open the same closure at once.
        """
        build = partial(self._build, closure=closure, version=interpreter, limits=limits)
        store = self._kept_at(closure, interpreter)
        with place_for(self.root, closure.digest[:12]) as room:
            built = build(room / "env") if fresh else kept(store, build)
            yield built if isinstance(built, Failure) else self._furnish(room, built)

    def _kept_at(self, closure: Closure, version: str) -> Path:
        """Return where the environment of `closure` is kept for all rooms."""
        where: list[Json] = [*self.index_args]
        key = digest([closure.digest, version, where])[:16]
        return self.root.resolve() / "store" / f"{closure.digest[:12]}-{key}"

    def _build(self, place: Path, closure: Closure, version: str, limits: Limits) -> Path | Failure:
        end = ticks() + limits.install_seconds
        uv = Uv(index_args=self.index_args, offline=self.offline, cache=self.cache)
        with tempfile.TemporaryDirectory(prefix="install-") as scratch:
            folder = Path(scratch)
            python = ["--python", interpreter(version), "--no-project", "--relocatable"]
            made = uv.run("venv", str(place), *python, cwd=folder, seconds=end - ticks())
            if made.returncode != 0:
                return _not_made(made, version, scratch, str(place))
            if not closure.pins:
                return place
            (folder / "pins.txt").write_text(_requirements(closure))
            flags = ["--python", str(_python(place)), *(() if self.build else ("--no-build",))]
            hashed = all(pin.hashes for pin in closure.pins)
            flags += ["--require-hashes"] if hashed else []
            left = max(0.0, end - ticks())
            ran = uv.cached_first("pip", "sync", "pins.txt", *flags, cwd=folder, seconds=left)
            if ran.returncode != 0:
                return not_installed(ran, scratch, str(place))
            if self.bytecode is not None:
                self.bytecode.lend(next(place.glob("lib/python*/site-packages")))
            return place

    def _furnish(self, room: Path, env: Path) -> UvRoom:
        furnish(room, self.guest)
        cut = not network_obstacle()
        return UvRoom(path=room, python=_python(env), variables=self.variables, cut=cut)


def _python(env: Path) -> Path:
    return env / "bin" / "python"


def _requirements(closure: Closure) -> str:
    lines = [" ".join([str(pin), *(f"--hash={h}" for h in pin.hashes)]) for pin in closure.pins]
    return "\n".join(lines) + "\n"


def _not_made(ran: Ran, version: str, *hide: str) -> Failure:
    """Tell a full disk, which passes, from an interpreter that is missing, which does not."""
    failure = not_installed(ran, *hide)
    if failure.reason is not Reason.NOT_INSTALLABLE:
        return failure
    cure = f"install Python {version}, for example by `uv python install {version}`"
    raise MissingToolError(f"There is no Python {version} here: {failure.message}", cure=cure)
