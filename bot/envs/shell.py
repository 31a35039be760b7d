"""Runs the command that a proof prints, as a stranger would: an empty folder, a new home."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.effects.files import put
from bot.effects.process import clean_environment, run
from bot.effects.uv import Uv, binary, index_variables, interpreter
from bot.ports import Ran


@dataclass(frozen=True, slots=True, kw_only=True)
class UvShell:
    """Runs `uv` commands with their index given by variables, so that their line stays short.

    `cache` is uv's cache folder ("" asks uv for its usual one); it saves downloads and holds
    nothing of the user. `python` is the interpreter that uv takes.
    """

    index_args: tuple[str, ...] = ()
    offline: bool = False
    cache: Path | None = None
    python: str = "3"

    def run(self, argv: Sequence[str], *, files: Mapping[str, bytes], seconds: float) -> Ran:
        """Run `argv` where only `files` (content by relative path) are; see `ports.Shell.run`."""
        with tempfile.TemporaryDirectory(prefix="proof-") as scratch:
            room = Path(scratch)
            for name in ("home", "tmp", "work"):
                (room / name).mkdir()
            for path, content in files.items():
                put(room / "work" / path, content)
            env = clean_environment(room, self._variables(room))
            command = [binary() if argv[0] == "uv" else argv[0], *argv[1:]]
            return run(command, cwd=room / "work", env=env, seconds=seconds)

    def _variables(self, room: Path) -> dict[str, str]:
        fixed = {
            "UV_CACHE_DIR": str(self.cache) if self.cache else _usual_cache(room),
            "UV_PYTHON": interpreter(self.python),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
            "PYTHONHASHSEED": "random",  # a stranger's is not fixed
        }
        fixed |= {"UV_OFFLINE": "1"} if self.offline else {}
        fixed |= {"UV_NO_CONFIG": "1"} if self.index_args else {}
        managed = os.environ.get("UV_PYTHON_INSTALL_DIR")
        fixed |= {"UV_PYTHON_INSTALL_DIR": managed} if managed else {}
        return {**fixed, **index_variables(self.index_args)}


def _usual_cache(room: Path) -> str:
    return Uv().run("cache", "dir", cwd=room, seconds=30).output.strip()
