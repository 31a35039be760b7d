"""Container engines: where they answer, what they are, and what Podman means otherwise.

Podman speaks Docker's language, with four differences that count here. Below a read-only root it
leaves folders in memory that everybody may write; they are closed. It takes a request for GPUs
and gives none; that is refused. Without root it gives a user of the container another number
than ours, so that files made there are not ours; ours is kept. And it may not say that memory
ran out, as `bot.effects.cgroup` then does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.errors import MissingToolError

HOST: Final = "DOCKER_HOST"  # what names one engine, and no other is asked then
DOCKER_SOCKET: Final = Path("/var/run/docker.sock")
PODMAN_SOCKET: Final = Path("podman") / "podman.sock"  # below the user's runtime folder, or root's
DOCKER, PODMAN = "Docker Engine", "Podman"
_CLOSED: Final = "ro,nosuid,nodev,noexec,size=4k"
_LEFT_OPEN: Final = ("/run", "/var/tmp")  # noqa: S108 - Podman's `--read-only-tmpfs`
_START: Final = "start dockerd or Podman's socket (`systemctl --user start podman.socket`)"
START_DOCKER: Final = f"{_START}, or take `env: uv`; `stackmatrix doctor` looks again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """Which engine answers, and what it can keep.

    `groups` is the version of the kernel's control groups by which it limits containers.
    """

    kind: str
    version: str
    cores: int = 1
    rootless: bool = False
    groups: str = ""

    @property
    def podman(self) -> bool:
        """Whether it is Podman."""
        return self.kind == PODMAN

    @property
    def weighs(self) -> bool:
        """Whether limits hold: without root, an engine has them by groups of version 2 only."""
        return not (self.rootless and self.groups == "1")

    def __str__(self) -> str:
        """Return it as reports name it: `Podman 4.3.1, without root`."""
        return f"{self.kind} {self.version}{', without root' if self.rootless else ''}"


def nature(version: Mapping[str, Any], info: Mapping[str, Any]) -> Nature:
    """Return which engine it is that tells `version` and `info` of itself."""
    parts = {str(part["Name"]): str(part["Version"]) for part in version.get("Components") or ()}
    podman = parts.get("Podman Engine", "")
    return Nature(
        kind=PODMAN if podman else DOCKER,
        version=podman or str(version["Version"]),
        cores=int(info["NCPU"]),
        rootless="name=rootless" in (info.get("SecurityOptions") or ()),
        groups=str(info.get("CgroupVersion") or ""),
    )


def sockets() -> tuple[Path, ...]:
    """Return the usual sockets, the preferred first; none where `DOCKER_HOST` names an engine."""
    if os.environ.get(HOST):
        return ()
    mine = os.environ.get("XDG_RUNTIME_DIR", "")
    folders = (*((Path(mine),) if mine else ()), Path("/run"))
    return (DOCKER_SOCKET, *(folder / PODMAN_SOCKET for folder in folders))


def guarded(guards: Mapping[str, Any], engine: Nature) -> dict[str, Any]:
    """Return the words by which `engine` keeps a container from what `guards` name."""
    found = dict(guards)
    if engine.podman and found.get("read_only"):
        closed = dict.fromkeys(_LEFT_OPEN, _CLOSED)
        found["tmpfs"] = {**closed, **(found.get("tmpfs") or {})}
    return found


def no_gpu(engine: Nature) -> None:
    """Raise `MissingToolError` where a request for GPUs would be taken and not be heard."""
    if engine.podman:
        cure = "name Docker's engine with `DOCKER_HOST`, or take `env: uv` or `cpu`"
        what = f"containers get no GPU from {engine}: it does not hear Docker's request for one"
        raise MissingToolError(what, cure=cure)


def as_ours(settings: dict[str, Any], engine: Nature) -> dict[str, Any]:
    """Return the settings of a container whose user has the number that it has outside."""
    return {**settings, "UsernsMode": "keep-id"} if engine.podman and engine.rootless else settings
