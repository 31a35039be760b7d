"""Rooms whose packages are links to a shelf of unpacked wheels: made to be moved between closures.

A search asks dozens of closures that differ in a package or two. Here each wheel is installed
once, and a room costs some links. What must be above suspicion is built `fresh`, by the
environment behind the shelf.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bot.core.metadata import Metadata
from bot.core.model import Closure, Failure, Pin, digest
from bot.core.versions import is_build
from bot.effects.bytecode import Bytecode
from bot.effects.clock import ticks
from bot.effects.files import exclusive
from bot.effects.pages import WheelPages
from bot.effects.room import GuestRoom, copied, furnish, network_obstacle, place_for
from bot.effects.shelf import SCRIPTS, Wheel, index, link
from bot.effects.uv import Uv, interpreter, not_installed
from bot.ports import Env, Limits, Pages, Room

_PRESS: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="press")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfEnv:
    """Makes rooms under `root` of wheels that it keeps there; `behind` builds the fresh ones."""

    root: Path
    behind: Env
    index_args: tuple[str, ...] = ()
    offline: bool = False
    cache: Path | None = None
    build: bool = False  # whether what has no wheel is built, which runs its code
    builds: tuple[str, ...] = ()  # flags by which uv finds what is no plain release
    bytecode: Bytecode | None = None  # what was compiled of wheels before, and is lent to rooms
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _known: dict[tuple[str, str], Wheel] = field(default_factory=dict)
    _pressing: list[Future[None]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The word of the environment behind: the shelf is only its quicker half."""
        return self.behind.name

    def promises(self) -> Mapping[str, str]:
        """Say what a cell is guarded from: the same as behind the shelf."""
        return self.behind.promises()

    @contextmanager
    def open(
        self, closure: Closure, *, interpreter: str, limits: Limits, fresh: bool
    ) -> Iterator[Room | Failure]:
        """Yield a room with `closure`, linked, or `fresh` from the environment behind."""
        if fresh:
            with self._fresh(closure, interpreter, limits) as built:
                yield built
            return
        with place_for(self.root, closure.digest[:12]) as room:
            wheels = self._shelve(closure, interpreter, limits, build=True)
            yield wheels if isinstance(wheels, Failure) else self._link(room, wheels, interpreter)

    def _fresh(
        self, closure: Closure, interpreter: str, limits: Limits
    ) -> AbstractContextManager[Room | Failure]:
        for done in (each for each in self._pressing if each.done()):
            done.result()  # raises what went wrong: a bug, or that the run was stopped
        return self.behind.open(closure, interpreter=interpreter, limits=limits, fresh=True)

    def declared(
        self, closure: Closure, *, interpreter: str, limits: Limits, build: bool = True
    ) -> Mapping[str, Metadata] | Failure:
        """Put `closure` on the shelf; return what its distributions declare, by name."""
        wheels = self._shelve(closure, interpreter, limits, build=build)
        if isinstance(wheels, Failure):
            return wheels
        return {wheel.metadata.name: wheel.metadata for wheel in wheels}

    def pages(self, pin: Pin, *, interpreter: str) -> Pages | None:
        """Open a distribution that lies on the shelf."""
        wheel = self._known.get(self._key(pin, interpreter))
        info = [name for name in wheel.own if name.endswith(".dist-info")] if wheel else []
        return WheelPages(crate=wheel.crate, info=info[0]) if wheel and info else None

    def stock(self, closure: Closure, *, interpreter: str, limits: Limits, copied: bool) -> None:
        """Put `closure` on the shelf ahead of its time; what cannot be is told when it is wanted.

        Several may be stocked at once where they share no pin. `copied` is for all but the first:
        see `_install`.
        """
        mode = ("--link-mode", "copy") if copied else ()
        for few in self._apart(closure.pins):
            self._fill(few, interpreter, limits, build=self.build, mode=mode)

    def press(self, interpreter: str) -> None:
        """Begin to keep what was compiled of these wheels so far, for rooms that have nothing.

        Nobody waits for it: what is not there in time is compiled once more.
        """
        if self.bytecode is not None:
            self._pressing.append(_PRESS.submit(self._press, self.bytecode, interpreter))

    def _press(self, bytecode: Bytecode, interpreter: str) -> None:
        with self._guard:
            wheels = tuple(self._known.values())
        bytecode.keep(wheels, self._empty(interpreter) / SCRIPTS / "python")
        for crate in {wheel.crate for wheel in wheels} if bytecode.pays else ():
            bytecode.lend(crate)

    def ready(self, interpreter: str) -> None:
        """Make, ahead of their time, what all rooms need."""
        self._empty(interpreter)
        copied(self.root)
        network_obstacle()

    def _shelve(
        self, closure: Closure, interpreter: str, limits: Limits, *, build: bool
    ) -> Sequence[Wheel] | Failure:
        """Return the wheels of `closure`, installing in one crate what is not there yet."""
        with self._guard:
            missing = [
                pin for pin in closure.pins if self._key(pin, interpreter) not in self._known
            ]
            mode = ("--link-mode", "copy") if self._known else ()
            for few in self._apart(missing):
                allowed = build and self.build
                failure = self._fill(few, interpreter, limits, build=allowed, mode=mode)
                if failure is not None:
                    return failure
            return [self._known[self._key(pin, interpreter)] for pin in closure.pins]

    def _apart(self, pins: Sequence[Pin]) -> Iterator[Sequence[Pin]]:
        """Yield releases, then builds: where those lie, a release may lie under another name."""
        for some in (False, True):
            few = [pin for pin in pins if bool(self._flags(pin)) is some]
            if few:
                yield few

    def _flags(self, pin: Pin) -> tuple[str, ...]:
        return self.builds if is_build(pin.version) else ()

    def _key(self, pin: Pin, interpreter: str) -> tuple[str, str]:
        where = (*self.index_args, *self._flags(pin))
        return str(pin), digest([*pin.hashes, interpreter, *where])

    def _fill(
        self,
        pins: Sequence[Pin],
        version: str,
        limits: Limits,
        *,
        build: bool,
        mode: tuple[str, ...],
    ) -> Failure | None:
        name = digest([list(self._key(pin, version)) for pin in pins])[:16]
        crate = self.root.resolve() / "crates" / name
        with exclusive(crate.with_suffix(".lock")):
            if not crate.with_suffix(".json").exists():
                flags = [*mode, *(() if build else ("--no-build",))]
                failure = self._install(crate, pins, version, limits, flags)
                if failure is not None:
                    shutil.rmtree(crate, ignore_errors=True)
                    return failure
                if self.bytecode is not None:
                    self.bytecode.lend(crate)
            found = index(crate)
        self._known.update({self._key(pin, version): found[pin.name] for pin in pins})
        return None

    def _install(
        self, crate: Path, pins: Sequence[Pin], version: str, limits: Limits, more: Sequence[str]
    ) -> Failure | None:
        """Install `pins` into `crate`: linked to the cache at first, what joins them as copies.

        A fresh environment is linked to the cache as well. A program that shows when a file was
        written shows something else there than in the copy, and accuses nobody.
        """
        shutil.rmtree(crate, ignore_errors=True)
        crate.mkdir(parents=True)
        lines = [" ".join([str(pin), *(f"--hash={h}" for h in pin.hashes)]) for pin in pins]
        flags = ["--no-deps", "--target", str(crate), *more]
        flags += ["--require-hashes"] if all(pin.hashes for pin in pins) else []
        with tempfile.TemporaryDirectory(prefix="install-") as scratch:
            (Path(scratch) / "pins.txt").write_text("\n".join(lines) + "\n")
            where = self._flags(pins[0]) or self.index_args
            ran = replace(self._uv, index_args=where).cached_first(
                "pip", "install", "-r", "pins.txt", "--python", interpreter(version), *flags,
                cwd=Path(scratch), seconds=limits.install_seconds,
            )  # fmt: skip
        return None if ran.returncode == 0 else not_installed(ran, scratch, str(crate))

    @property
    def _uv(self) -> Uv:
        return Uv(index_args=self.index_args, offline=self.offline, cache=self.cache)

    def _link(self, room: Path, wheels: Sequence[Wheel], version: str) -> Room:
        """Make a room: a copy of an empty environment, with links where packages go."""
        env = room / "env"
        shutil.copytree(self._empty(version), env, symlinks=True)
        (site,) = env.glob("lib/python*/site-packages")
        link(wheels, site, env / SCRIPTS)
        furnish(room, shared=copied(self.root))
        return GuestRoom(path=room, python=env / SCRIPTS / "python", cut=not network_obstacle())

    def _empty(self, version: str) -> Path:
        """Return an environment without packages, made once for each interpreter."""
        empty = self.root.resolve() / "empty" / digest([interpreter(version)])[:16]
        with exclusive(empty.with_suffix(".lock")):
            if not (empty / "pyvenv.cfg").exists():
                began = ticks()
                python = ["--python", interpreter(version), "--no-project"]
                ran = self._uv.run("venv", str(empty), *python, cwd=empty.parent, seconds=60)
                if ran.returncode != 0:
                    raise RuntimeError(f"no empty environment after {ticks() - began:.1f} s")
        return empty
