"""A room for a guest: its files copied in, a home, a place for temporary files, a place to work.

Which interpreter runs there, and what is installed for it, is the environment's to say. What an
environment installed is kept between rooms, and counts once the marker `complete` lies in it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.model import Failure, Json
from bot.effects.files import discard, exclusive, put
from bot.effects.pages import installed
from bot.effects.process import clean_environment, converse, run
from bot.effects.tree import watchable
from bot.ports import Pages, Talk

GUEST = Path(__file__).parent.parent / "guest"
COMPLETE = "complete"
_guard = threading.Lock()
HOME = "an empty folder; files of this user stay readable by their full path"


def network_obstacle() -> str:
    """Return why the network cannot be cut on this machine, "" when it can; tried once."""
    with _guard:
        return _obstacle()


@functools.cache
def _obstacle() -> str:
    argv = [sys.executable, str(GUEST / "enter.py"), "--check"]
    with tempfile.TemporaryDirectory() as folder:
        ran = run(argv, cwd=Path(folder), env={}, seconds=30)
    return "" if ran.returncode == 0 else ran.output.strip() or "the trial did not end"


def memory_guard() -> str:
    """Say how the memory of a cell is guarded on this machine."""
    told = "watched every 50 ms, over all processes of the cell"
    return told if watchable() else "not limited (no /proc)"


def guards(install: str) -> dict[str, str]:
    """Say what a cell is guarded from in a room of its own, which is filled as `install` says."""
    obstacle = network_obstacle()
    return {
        "network": f"not cut ({obstacle})" if obstacle else "cut while probing",
        "home": HOME,
        "token": "no variable passes but PATH, the language and the certificates",
        "install": install,
        "memory": memory_guard(),
        "processes": "all that a cell starts end with it, daemons included",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRoom:
    """A room whose `path` holds guest, home, tmp and work; `cut` keeps the network out."""

    path: Path
    python: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    cut: bool = True

    def command(self) -> list[str]:
        """Return what starts the guest; the path of its job follows."""
        guest = self.path / "guest"
        enter = [str(guest / "enter.py")] if self.cut else []
        return [str(self.python), "-s", *enter, str(guest / "main.py")]

    def pages(self, package: str) -> Pages | None:
        """Open a distribution that is installed in it."""
        return installed(self.python, package)

    def talk(
        self,
        job: Json,
        hear: Callable[[Json], float],
        *,
        seconds: float,
        memory_bytes: int,
    ) -> Talk:
        """Run the guest on `job`; see `ports.Room.talk`."""
        task = self.path / "job.json"
        put(task, json.dumps(job).encode())
        return converse(
            [*self.command(), str(task)],
            cwd=self.path / "work",
            env=clean_environment(self.path, self.variables),
            hear=hear,
            seconds=seconds,
            memory_bytes=memory_bytes,
        )


@contextmanager
def place_for(root: Path, name: str) -> Iterator[Path]:
    """Yield a folder of one room under `root`, to be made; it is gone when the room is left."""
    place = root.resolve() / "rooms" / f"{name}-{uuid.uuid4().hex[:8]}"
    try:
        yield place
    finally:
        discard(place, root.resolve() / "gone")


def kept(place: Path, build: Callable[[Path], Path | Failure]) -> Path | Failure:
    """Return what is kept at `place`; where nothing whole is, `build` makes it there first.

    Any number of threads and processes may ask for the same place at once.
    """
    with exclusive(place.with_suffix(".lock")):
        if (place / COMPLETE).exists():
            return place
        shutil.rmtree(place, ignore_errors=True)
        built = build(place)
        if isinstance(built, Failure):
            shutil.rmtree(place, ignore_errors=True)
        else:
            put(place / COMPLETE, b"")
        return built


def stored(root: Path) -> frozenset[str]:
    """Return how the digests of the closures begin whose environments are kept in `root`."""
    whole = root.glob(f"store/*/{COMPLETE}")
    return frozenset(place.parent.name.partition("-")[0] for place in whole)


def furnish(room: Path, guest: Path = GUEST, *, shared: Path | None = None) -> None:
    """Make the folders of a room and copy the files of `guest` into it.

    Or link to those that were copied to `shared` before, as `copied` does it.
    """
    for name in ("home", "tmp", "work"):
        (room / name).mkdir(parents=True)
    if shared is not None:
        (room / "guest").symlink_to(shared, target_is_directory=True)
        return
    if guest == GUEST:
        _write_ours(room / "guest")
        return
    forget = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(guest, room / "guest", ignore=forget)
    shutil.copy2(GUEST / "enter.py", room / "guest")


def copied(root: Path) -> Path:
    """Return a copy of our own guest below `root`, made where there is none of these files."""

    def build(place: Path) -> Path:
        _write_ours(place)
        return place

    place = kept(root.resolve() / "guest" / _digest(), build)
    if isinstance(place, Failure):
        raise TypeError(place.message)  # a bug of ours: this one does not fail
    return place


@functools.cache
def _digest() -> str:
    """Return the name of these very files."""
    return hashlib.sha256(repr(_ours()).encode()).hexdigest()[:16]


def _write_ours(folder: Path) -> None:
    """Write our own guest into `folder`; it is the same for every room of this process."""
    for name in {name.rpartition("/")[0] for name, _, _ in _ours()}:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, content, changed in _ours():
        place = f"{folder}/{name}"
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.utime(place, ns=(changed, changed))


@functools.cache
def _ours() -> tuple[tuple[str, bytes, int], ...]:
    """Return the path, the content and the time of every file of our guest, read once.

    What our own Python compiled of them is taken along, as is their time, by which Python knows
    that it fits; another Python looks for another name.
    """
    compiled = f".{sys.implementation.cache_tag}.pyc"
    walked = (Path(folder, name) for folder, _, names in os.walk(GUEST) for name in names)
    wanted = (path for path in walked if path.suffix != ".pyc" or path.name.endswith(compiled))
    return tuple(
        (path.relative_to(GUEST).as_posix(), path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(wanted)
    )
