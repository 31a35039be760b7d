"""Rooms for Node: one `node_modules` for each closure, put there by `npm ci`.

npm is handed a lock made of the closure alone, so it installs exactly those archives, each
checked against its integrity, in exactly those places, and no script of a package runs. What is
installed is kept in `root/store/<closure digest>` as the environments of `uv` are; a room finds
it through a link. The interpreter is the `node` of this machine.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.core.logs import classify, readable
from bot.core.model import Closure, Failure, Json, Phase, Pin, Reason, digest
from bot.effects.npm import Npm, address, node_version, tool
from bot.effects.pages import FolderPages
from bot.effects.room import GUEST, GuestRoom, furnish, guards, kept, network_obstacle, place_for
from bot.ports import Limits, Pages, Ran

MODULES = "node_modules"
_INSIDE = f"/{MODULES}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRoom(GuestRoom):
    """A room where the guest is `node/main.mjs`; `python` only opens the door to it."""

    node: Path
    python: Path = field(default_factory=lambda: Path(sys.executable))

    def command(self) -> list[str]:
        """Return what starts the guest; the path of its job follows."""
        guest = self.path / "guest"
        enter = [str(self.python), "-s", str(guest / "enter.py"), "--exec"] if self.cut else []
        return [*enter, str(self.node), str(guest / "node" / "main.mjs")]

    def pages(self, package: str) -> Pages | None:
        """Open a package that is installed in it."""
        folder = self.path / MODULES / package
        return FolderPages(folder=folder) if folder.is_dir() else None


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
        return guards("archives by their integrity; no script of a package runs")

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
        build = partial(self._build, closure=closure, limits=limits)
        with place_for(self.root, closure.digest[:12]) as room:
            built = build(room / "env") if fresh else kept(self._kept_at(closure), build)
            yield built if isinstance(built, Failure) else self._furnish(room, built)

    def _kept_at(self, closure: Closure) -> Path:
        """Return where the modules of `closure` are kept for all rooms."""
        key = digest([closure.digest, node_version(), self.registry])[:16]
        return self.root.resolve() / "store" / f"node-{closure.digest[:12]}-{key}"

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
