"""A room for a guest: its files copied in, a home, a place for temporary files, a place to work.

Which interpreter runs there, and what is installed for it, is the environment's to say.
"""

from __future__ import annotations

import functools
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.model import Json
from bot.effects.files import put
from bot.effects.process import clean_environment, converse, run
from bot.ports import Talk

GUEST = Path(__file__).parent.parent / "guest"


@functools.cache
def network_obstacle() -> str:
    """Return why the network cannot be cut on this machine, "" when it can; tried once."""
    argv = [sys.executable, str(GUEST / "enter.py"), "--check"]
    with tempfile.TemporaryDirectory() as folder:
        ran = run(argv, cwd=Path(folder), env={}, seconds=30)
    return "" if ran.returncode == 0 else ran.output.strip() or "the trial did not end"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRoom:
    """A room whose `path` holds guest, home, tmp and work; `cut` keeps the network out."""

    path: Path
    python: Path
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
        """Run the guest on `job`; see `ports.Room.talk`."""
        task = self.path / "job.json"
        put(task, json.dumps(job).encode())
        guest = self.path / "guest"
        enter = [str(guest / "enter.py")] if self.cut else []
        return converse(
            [str(self.python), "-s", *enter, str(guest / "main.py"), str(task)],
            cwd=self.path / "work",
            env=clean_environment(self.path, self.variables),
            hear=hear,
            seconds=seconds,
            memory_bytes=memory_bytes,
        )


def furnish(room: Path, guest: Path = GUEST) -> None:
    """Make the folders of a room and copy the files of `guest` into it."""
    for name in ("home", "tmp", "work"):
        (room / name).mkdir(parents=True)
    forget = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(guest, room / "guest", ignore=forget)
    if guest != GUEST:
        shutil.copy2(GUEST / "enter.py", room / "guest")
