"""Rooms for Node: one `node_modules` for each closure, put there by `npm ci`.

npm is handed a lock made of the closure alone, so it installs exactly those archives, each
checked against its integrity, in exactly those places, and no script of a package runs. What is
installed is kept in `root/store/<closure digest>` as the environments of `uv` are; a room finds
it through a link. The interpreter is the `node` of this machine.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.logs import classify, readable
from bot.core.model import Closure, Failure, Json, Phase, Pin, Reason, digest
from bot.effects.files import exclusive, put
from bot.effects.npm import Npm, address, node_version, tool
from bot.effects.process import clean_environment, converse
from bot.effects.room import GUEST, furnish, network_obstacle
from bot.effects.tree import watchable
from bot.ports import Limits, Ran, Talk

COMPLETE = "complete"
MODULES = "node_modules"
_INSIDE = f"/{MODULES}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRoom:
    """A room whose `path` holds guest, home, tmp and work; `python` only opens the door to it."""

    path: Path
    node: Path
    python: Path = field(default_factory=lambda: Path(sys.executable))
    variables: Mapping[str, str] = field(default_factory=dict)
    cut: bool = True

    def talk(
        self,
        job: Json,
        hear: Callable[[Json], float],
        *,
        seconds: float,
        memory_bytes: int,
    ) -> Talk:
        """Run the guest `node/main.mjs` on `job`; see `ports.Room.talk`."""
        task = self.path / "job.json"
        put(task, json.dumps(job).encode())
        guest = self.path / "guest"
        enter = [str(self.python), "-s", str(guest / "enter.py"), "--exec"] if self.cut else []
        return converse(
            [*enter, str(self.node), str(guest / "node" / "main.mjs"), str(task)],
            cwd=self.path / "work",
            env=clean_environment(self.path, self.variables),
            hear=hear,
            seconds=seconds,
            memory_bytes=memory_bytes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeEnv:
    """Makes rooms under `root`. `variables` are what a backend adds to a cell's environment."""

    root: Path
    registry: str = ""
    offline: bool = False
    cache: Path | None = None
    guest: Path = GUEST
    variables: Mapping[str, str] = field(default_factory=dict)
    name: str = "node"

    def promises(self) -> Mapping[str, str]:
        """Say what a cell is guarded from here, as tried on this machine."""
        obstacle = network_obstacle()
        memory = "watched every 50 ms, over all processes of the cell"
        return {
            "network": f"not cut ({obstacle})" if obstacle else "cut while probing",
            "home": "an empty folder; files of this user stay readable by their full path",
            "token": "no variable passes but PATH, the language and the certificates",
            "install": "archives by their integrity; no script of a package runs",
            "memory": memory if watchable() else "not limited (no /proc)",
            "processes": "all that a cell starts end with it, daemons included",
        }

    @contextmanager
    def open(
        self,
        closure: Closure,
        *,
        interpreter: str,  # noqa: ARG002 - the node of this machine is the only one
        limits: Limits,
        fresh: bool,
    ) -> Iterator[NodeRoom | Failure]:
        """Yield a room with `closure`, or how its installation failed.

        Raises `MissingToolError` when there is no node or no npm. Any number of threads and
        processes may open the same closure at once.
        """
        room = self.root.resolve() / "rooms" / f"{closure.digest[:12]}-{uuid.uuid4().hex[:8]}"
        try:
            if fresh:
                built = self._build(room / "env", closure, limits)
            else:
                built = self._reuse(closure, limits)
            yield built if isinstance(built, Failure) else self._furnish(room, built)
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def _reuse(self, closure: Closure, limits: Limits) -> Path | Failure:
        """Return the kept modules of `closure`, installing them where there are none."""
        key = digest([closure.digest, node_version(), self.registry])[:16]
        place = self.root.resolve() / "store" / f"node-{closure.digest[:12]}-{key}"
        with exclusive(place.with_suffix(".lock")):
            if (place / COMPLETE).exists():
                return place
            shutil.rmtree(place, ignore_errors=True)
            built = self._build(place, closure, limits)
            if isinstance(built, Failure):
                shutil.rmtree(place, ignore_errors=True)
            else:
                put(place / COMPLETE, closure.digest.encode())
            return built

    def _build(self, place: Path, closure: Closure, limits: Limits) -> Path | Failure:
        (place / MODULES).mkdir(parents=True)
        if not closure.pins:
            return place
        lock = lockfile(closure)
        (place / "package-lock.json").write_text(json.dumps(lock))
        (place / "package.json").write_text(json.dumps(lock["packages"][""]))
        npm = Npm(registry=self.registry, offline=self.offline, cache=self.cache)
        with tempfile.TemporaryDirectory(prefix="install-"):
            flags = ["--legacy-peer-deps", "--install-strategy=hoisted"]
            ran = npm.run("ci", *flags, cwd=place, seconds=limits.install_seconds)
        return place if ran.returncode == 0 else _failure(ran, str(place))

    def _furnish(self, room: Path, built: Path) -> NodeRoom:
        furnish(room, self.guest)
        (room / MODULES).symlink_to(built / MODULES)
        cut = not network_obstacle()
        return NodeRoom(path=room, node=tool("node"), variables=self.variables, cut=cut)


def lockfile(closure: Closure) -> dict[str, dict[str, dict[str, Json]]]:
    """Return the package-lock.json of form 3 that installs `closure` and nothing else.

    Whatever stands at the top is wanted by the cell itself, and whatever stands inside a package
    by that package: npm takes away what nobody wants.
    """
    packages: dict[str, dict[str, Json]] = {"": {"name": "cell", "private": True}}
    wants: dict[str, dict[str, Json]] = {"": {}}
    for pin in closure.pins:
        outer, _, name = pin.name.rpartition(_INSIDE)
        wants.setdefault(f"{MODULES}/{outer}" if outer else "", {})[name] = pin.version
        packages[f"{MODULES}/{pin.name}"] = _entry(pin, name)
    for path, dependencies in wants.items():
        packages[path]["dependencies"] = dependencies
    return {"lockfileVersion": 3, "packages": packages}  # type: ignore[dict-item]


def _entry(pin: Pin, name: str) -> dict[str, Json]:
    alias, _, version = pin.version.removeprefix("npm:").rpartition("@")
    real = alias or name
    return {
        **({"name": real} if alias else {}),
        "version": version,
        "resolved": address(real, version),
        **({"integrity": " ".join(pin.hashes)} if pin.hashes else {}),
    }


def _failure(ran: Ran, *hide: str) -> Failure:
    if ran.returncode is None:
        return Failure(phase=Phase.INSTALL, reason=Reason.TIMEOUT, message="took too long")
    lines = [line.removeprefix("npm error").strip() for line in ran.output.splitlines()]
    told = [line for line in lines if "A complete log" not in line and "-debug-" not in line]
    reason = _reason(ran.output)
    return Failure(phase=Phase.INSTALL, reason=reason, message=readable("\n".join(told), hide=hide))


def _reason(output: str) -> Reason:
    if "EINTEGRITY" in output:
        return Reason.HASH_MISMATCH
    if any(code in output for code in ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ENOTCACHED")):
        return Reason.NETWORK
    return classify(output, Phase.INSTALL)
