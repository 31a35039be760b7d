"""Rooms in containers: packages are installed with the network, and asked without it.

*Prepare* runs our own `uv` in a container of the base image, with the indexes, their credentials
and the certificates of this machine, and puts one virtual environment for each closure into
`root/store`, from wheels only and by their hashes: no code of a package runs there, so nobody
can poison the cache of wheels beside it. What an earlier lock had is linked from its layer
(`bot.effects.layers`) and costs nothing again; a `fresh` room is installed whole. *Probe* runs
the guest in a container that sees that one environment, read-only, the guest and what its set-up
names, and nothing else of this machine.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from bot.core.images import images_for, reference
from bot.core.model import Closure, Failure, Json, Pin, Reason, digest
from bot.effects.engine import GONE, Box, Engine
from bot.effects.files import put
from bot.effects.inside import (
    HOME_INSIDE,
    PATH,
    WORK_INSIDE,
    cell_environment,
    local_indexes,
    named,
    nobody,
)
from bot.effects.layers import OWN, lay, owned
from bot.effects.pages import installed
from bot.effects.room import COMPLETE, GUEST, furnish, kept, place_for
from bot.effects.uv import Uv, binary, index_variables, not_installed, opened
from bot.errors import MissingToolError
from bot.ports import Limits, Pages, Ran, Talk

INSIDE: Final = "/stackmatrix"
TOOL, JOB, CERTIFICATES = f"{INSIDE}-uv", f"{INSIDE}-job.json", f"{INSIDE}-certificates.pem"
GUEST_INSIDE: Final = f"{INSIDE}-guest"
PIDS: Final = 512
WAIT_SECONDS: Final = 20.0  # for an engine that is being started again
NO_PYTHON: Final = 100  # what our script says where an image lacks an interpreter
PROBE_GUARDS: Final[Mapping[str, Any]] = {
    "network_mode": "none",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "pids_limit": PIDS,
    "init": True,
    "ipc_mode": "private",
    "tmpfs": {
        "/tmp": "rw,nosuid,nodev,exec,size=1g,mode=1777",  # noqa: S108 - inside, and its own
        HOME_INSIDE: "rw,nosuid,nodev,exec,size=1g,mode=1777",
        WORK_INSIDE: "rw,nosuid,nodev,exec,size=1g,mode=1777",
    },
}
PREPARE_GUARDS: Final[Mapping[str, Any]] = {
    **PROBE_GUARDS,
    "network_mode": "host",  # whatever this machine reaches: a proxy or an index on it, too
    "tmpfs": {"/tmp": "rw,nosuid,nodev,exec,mode=1777"},  # noqa: S108 - as above
}
_PREPARE = f"""
umask 022
"{TOOL}" venv --quiet --no-project --relocatable --python "$2" "$1" || exit {NO_PYTHON}
[ -n "$3" ] || exit 0
shift 2
set -- pip sync --compile-bytecode --no-build --python "$VIRTUAL_ENV/bin/python" "$@"
"{TOOL}" "$@" --offline >/dev/null 2>&1 && exit 0
exec "{TOOL}" "$@"
"""
_CHANNEL = 'exec "$@" 3 3>&1 1>&2'  # what is told goes out alone; what engines print is the log
_PROMISES: Final[Mapping[str, str]] = {
    "network": "none while probing but a loopback of its own",
    "home": "an empty folder; no file of this machine but the environment, the guest and "
    "the model, all read-only",
    "token": "no variable passes; indexes and their credentials are used to install only",
    "install": "wheels only, by their hashes, in a container: no code of a package runs",
    "time": "seconds in which a cell waits for a processor do not count where the engine is on "
    "this machine; elsewhere they are not known, and do",
    "memory": "limited by the kernel, swap included",
    "processes": f"at most {PIDS}, and all end with the container; no privilege, no root",
}
_UNWEIGHED: Final = dict.fromkeys(
    ("memory", "processes"), "not limited: this engine runs without root and cannot"
)
_FOREIGN = re.compile(
    r"^(PATH|HOME|USER|TMPDIR|XDG_\w+|SSL_\w+|UV_CACHE_DIR|UV_PYTHON_\w+|PYENV_\w+|UV_LINK_MODE|NETRC)$"
)


@dataclass(frozen=True, kw_only=True)
class DockerRoom:
    """A room whose guest runs in a container of its own each time; `containers` are their ids.

    `built` is where its environment lies on this machine.
    """

    path: Path
    python: Path
    built: Path
    engine: Engine
    box: Box
    image: str
    containers: list[str] = field(default_factory=list)

    def pages(self, package: str) -> Pages | None:
        """Open a distribution that is installed in it."""
        return installed(self.built / "bin" / "python", package)

    def talk(
        self,
        job: Json,
        hear: Callable[[Json], float],
        *,
        seconds: float,
        memory_bytes: int,
    ) -> Talk:
        """Run the guest on `job`; see `ports.Room.talk`. What its set-up names it may read."""
        put(self.path / "job.json", json.dumps(job).encode())
        box = replace(
            self.box,
            command=("/bin/sh", "-c", _CHANNEL, "sh", str(self.python), "-s", *_MAIN),
            reads={**self.box.reads, JOB: self.path / "job.json", **named(job)},
            guards={"mem_limit": memory_bytes, "memswap_limit": memory_bytes, **self.box.guards},
        )
        talk, container = self.engine.converse(box, hear, seconds=seconds)
        if container:
            self.containers.append(container)
        return talk


_MAIN = (f"{GUEST_INSIDE}/main.py", JOB)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Want:
    """What is prepared: for which image, known by which digest, and which Python in it."""

    image: str
    known: str
    version: str
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class DockerEnv:
    """Makes rooms under `root`. `variables` are what a backend adds to a cell's environment.

    `image` is a row of `core.images` or a reference; without it, the first row that has the
    Python that is asked for and is here. `certificates` is a bundle that uv trusts.
    """

    root: Path
    index_args: tuple[str, ...] = ()
    offline: bool = False
    cache: Path | None = None
    image: str = ""
    certificates: Path | None = None
    guest: Path = GUEST
    variables: Mapping[str, str] = field(default_factory=dict)
    gpus: bool = False
    guards: Mapping[str, Any] = field(default_factory=lambda: PROBE_GUARDS)
    reads: Mapping[str, Path] = field(default_factory=dict)
    engine: Engine = field(default_factory=Engine)
    name: str = "docker"

    @property
    def owner(self) -> str:
        """What our containers are labelled with: the state that they belong to."""
        return str(self.root.resolve())

    def promises(self) -> Mapping[str, str]:
        """Say what a cell is guarded from here, and by which engine where one answers."""
        with suppress(MissingToolError):
            engine = self.engine.nature()
            return {"engine": str(engine), **_PROMISES, **({} if engine.weighs else _UNWEIGHED)}
        return _PROMISES

    def sweep(self) -> int:
        """Remove what a bot that was killed left behind; returns how many containers.

        An engine that is away is swept when it is back.
        """
        return 0 if self.engine.obstacle() else self.engine.sweep(self.owner)

    def image_for(self, interpreter: str) -> tuple[str, str]:
        """Return the image for an interpreter, by its name and by its digest.

        Raises `MissingToolError` where none is here, or no engine answers.
        """
        wanted = [reference(self.image)] if self.image else []
        wanted = wanted or [row.reference for row in images_for(interpreter)]
        for image in wanted:
            known = self._digests.get(image) or self.engine.digest(image)
            if known:
                self._digests[image] = known
                return image, known
        what = f"no image with Python {interpreter} is here: {', '.join(wanted) or 'none is known'}"
        cure = "`stackmatrix image build`, `docker pull` one of them, or name one with `image`"
        raise MissingToolError(what, cure=cure)

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {}

    @contextmanager
    def open(
        self, closure: Closure, *, interpreter: str, limits: Limits, fresh: bool
    ) -> Iterator[DockerRoom | Failure]:
        """Yield a room with `closure`, or how its installation failed.

        Raises `MissingToolError` where no engine answers, no image is here, or the image lacks
        the interpreter. Any number of threads and processes may open the same closure at once.
        """
        self.engine.await_(WAIT_SECONDS)
        image, known = self.image_for(interpreter)
        want = _Want(image=image, known=known, version=interpreter, limits=limits)
        with place_for(self.root, closure.digest[:12]) as room:
            if fresh:
                built = self._build(room / "env", closure.pins, want)
            else:
                lay_ = partial(self._lay, pins=closure.pins, want=want)
                built = kept(self._kept_at("store", closure.pins, want), lay_)
            yield built if isinstance(built, Failure) else self._room(room, built, image, known)

    def _kept_at(self, kind: str, pins: Sequence[Pin], want: _Want) -> Path:
        """Return where what holds `pins` for one image and interpreter is kept for all rooms."""
        where: list[Json] = [*self.index_args]
        closure = Closure(pins=tuple(pins)).digest
        key = digest([closure, want.version, want.known, where])[:16]
        return self.root.resolve() / kind / f"{closure[:12]}-{key}"

    def _lay(self, place: Path, pins: Sequence[Pin], want: _Want) -> Path | Failure:
        """Make an environment of layers, installing in one of them what is in none yet."""
        if not pins:
            return self._build(place, pins, want)
        missing = [pin for pin in pins if self._layer(pin, want) is None]
        first = self._kept_at("layers", missing, want)
        if missing:
            build = partial(self._build, pins=missing, want=want)
            if isinstance(failure := kept(first, build), Failure):
                return failure
            for pin in missing:
                put(self._mark(pin, want), first.name.encode())
        envs = [(self._layer(pin, want) or first) / "env" for pin in pins]
        holds = [owned(env) for env in envs]
        if any(pin.name not in held for pin, held in zip(pins, holds, strict=True)):
            return self._build(place, pins, want)  # it calls itself otherwise than its lock does
        parts = [(env, held[pin.name]) for env, held, pin in zip(envs, holds, pins, strict=True)]
        lay(place / "env", [(envs[0], holds[0][OWN]), *parts])
        return place

    def _mark(self, pin: Pin, want: _Want) -> Path:
        """Return the file that says in which layer a distribution is."""
        return self._kept_at("pins", (pin,), want).with_suffix(".txt")

    def _layer(self, pin: Pin, want: _Want) -> Path | None:
        """Return the whole layer that has a distribution."""
        mark = self._mark(pin, want)
        name = mark.read_text(encoding="utf-8") if mark.exists() else ""
        layer = self.root.resolve() / "layers" / name
        return layer if name and (layer / COMPLETE).exists() else None

    def _build(self, place: Path, pins: Sequence[Pin], want: _Want) -> Path | Failure:
        """Install `pins` at `place`, and nothing else, in a container."""
        place.mkdir(parents=True)
        lines = [" ".join([str(pin), *(f"--hash={h}" for h in pin.hashes)]) for pin in pins]
        put(place / "pins.txt", ("\n".join(lines) + "\n").encode())
        inside = self._inside(place)
        hashed = bool(pins) and all(pin.hashes for pin in pins)
        flags = (f"{inside}/pins.txt" if pins else "", *(("--require-hashes",) if hashed else ()))
        box = self._prepare_box(want.image, (f"{inside}/env", want.version, *flags))
        ran = self.engine.run(box, seconds=want.limits.install_seconds)
        if ran.returncode == NO_PYTHON:
            cure = f"name an image that has Python {want.version}, or set `python` of the stack"
            what = f"{want.image} has no Python {want.version}: {ran.output}"
            raise MissingToolError(what, cure=cure)
        return place if ran.returncode == 0 else _failure(ran, inside)

    def _prepare_box(self, image: str, arguments: tuple[str, ...]) -> Box:
        """Return the container that installs: it alone sees indexes, credentials, the cache."""
        cache = self.cache.resolve() if self.cache else self.root.resolve() / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        apart = {f"{INSIDE}-cache": cache} if self.cache else {}
        bundle = {CERTIFICATES: self.certificates} if self.certificates else {}
        return Box(
            image=image,
            command=("/bin/sh", "-c", _PREPARE, "sh", *arguments),
            owner=self.owner,
            environment={
                **self._uv_environment(),
                "VIRTUAL_ENV": arguments[0],
                "UV_CACHE_DIR": f"{INSIDE}-cache" if self.cache else f"{INSIDE}/cache",
                **({"SSL_CERT_FILE": CERTIFICATES} if bundle else {}),
            },
            reads={TOOL: Path(binary()), **bundle, **local_indexes(self.index_args)},
            writes={INSIDE: self.root.resolve(), **apart},
            guards={
                **PREPARE_GUARDS,
                **({"network_mode": "none"} if self.offline else {}),
            },
            user=f"{os.getuid()}:{os.getgid()}",
        )

    def _uv_environment(self) -> dict[str, str]:
        told = Uv(index_args=self.index_args).environment()
        passed = {name: value for name, value in told.items() if not _FOREIGN.match(name)}
        fixed = {"HOME": "/tmp", "PATH": PATH, "NO_COLOR": "1"}  # noqa: S108 - inside
        fixed |= {"UV_NO_CONFIG": "1"} if self.index_args else {}
        fixed |= {"UV_OFFLINE": "1"} if self.offline else {}
        return {**passed, **index_variables(opened(self.index_args)[0]), **fixed}

    def _inside(self, place: Path) -> str:
        return f"{INSIDE}/{place.relative_to(self.root.resolve()).as_posix()}"

    def _room(self, room: Path, built: Path, image: str, known: str) -> DockerRoom:
        furnish(room, self.guest)
        env = f"{self._inside(built)}/env"
        box = Box(
            image=image,
            command=(),
            owner=self.owner,
            environment={**cell_environment(), **self.variables},
            reads={env: built / "env", GUEST_INSIDE: room / "guest", **self.reads},
            guards={
                "nano_cpus": self.engine.nature().cores * 10**9,
                "cpu_shares": 512,
                **self.guards,
            },
            user=nobody(),
            folder=WORK_INSIDE,
            gpus=self.gpus,
        )
        python = Path(env) / "bin" / "python"
        return DockerRoom(
            path=room, python=python, built=built / "env", engine=self.engine, box=box, image=known
        )


def _failure(ran: Ran, *hide: str) -> Failure:
    """Tell an engine that went away, which passes, from what the installation says."""
    failure = not_installed(ran, *hide)
    return replace(failure, reason=Reason.KILLED) if GONE in ran.output else failure
