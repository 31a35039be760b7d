"""A container as the kernel of this machine sees it: its processes, and who was killed in it.

A container is a group of processes (cgroup), whichever engine made it. That it is one of this
machine is seen by its number in the group's name; one of another machine is not known here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.effects.tree import PROC, delay

ROOT: Final = Path("/sys/fs/cgroup")
_KILLS: Final = re.compile(rb"^oom_kill (\d+)$", re.MULTILINE)
_WHERE: Final = (  # how the mounts of a group are named, by what `/proc/PID/cgroup` says of it
    ("", "memory.events"),  # one hierarchy for everything (version 2)
    ("memory", "memory.oom_control"),  # one for each (version 1)
)


class Group:
    """The processes of one container; of one that is none of this machine's, nothing is known."""

    def __init__(self, folder: Path | None = None, counts: str = "") -> None:
        """Keep the kernel's count of `folder` open: it is read after the last process has died."""
        self._folder, self._kills, self._counts = folder, 0, -1
        if folder is not None:
            with suppress(OSError):
                self._counts = os.open(folder / counts, os.O_RDONLY | os.O_CLOEXEC)

    @property
    def known(self) -> bool:
        """Whether it is one of this machine."""
        return self._folder is not None

    def close(self) -> None:
        """Let go of the count."""
        if self._counts >= 0:
            os.close(self._counts)
        self._counts = -1

    def members(self) -> list[int]:
        """Return the numbers of its living processes, groups inside it included."""
        return sorted({pid for file in self._lists() for pid in _numbers(file)})

    def _lists(self) -> Iterator[Path]:
        walked = os.walk(self._folder) if self._folder else ()
        return (Path(place) / "cgroup.procs" for place, _, _ in walked)

    def kept_waiting(self) -> float:
        """Return the seconds that its slowest thread could run and got no processor.

        0.0 where it is not known: then the time on the wall is all that counts.
        """
        return max((delay(pid) for pid in self.members()), default=0.0)

    def starved(self) -> bool:
        """Whether the kernel killed one of them for memory, as far as that was seen."""
        if self._counts >= 0:
            try:
                told = _KILLS.search(os.pread(self._counts, 4096, 0))
            except OSError:
                return self._kills > 0  # the group is gone: what was read last counts
            self._kills = max(self._kills, int(told[1]) if told else 0)
        return self._kills > 0


def group(container: str, pid: int) -> Group:
    """Return the group of a running container, by its id and its first process.

    It is not known where that process is none of this machine, or belongs to somebody else.
    """
    for controller, path in _groups(pid):
        at = path.find(container) if container else -1
        if at < 0:
            continue
        end = path.find("/", at)  # an engine may have made another group inside
        whole = path if end < 0 else path[:end]
        for named, counts in _WHERE:
            folder = ROOT / named / whole.lstrip("/")
            if controller == named and (folder / "cgroup.procs").exists():
                return Group(folder, counts)
    return Group()


def _groups(pid: int) -> Iterator[tuple[str, str]]:
    """Yield the controller and the path of each group that a process is in."""
    try:
        lines = Path(PROC, str(pid), "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


def _numbers(file: Path) -> list[int]:
    try:
        return [int(word) for word in file.read_text(encoding="ascii").split()]
    except OSError:
        return []
