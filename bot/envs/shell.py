"""Runs the command that a proof prints, as a stranger would: an empty folder, a new home.

The first time, what it needs is looked up and fetched as anywhere. When it is run again, all of
that is in the cache, and no index is asked once more.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from bot.core.model import Json
from bot.effects.bytecode import Bytecode
from bot.effects.files import put
from bot.effects.process import clean_environment, run
from bot.effects.uv import Uv, binary, index_variables, interpreter
from bot.ports import Ran

OURS = str(Path(sys.base_prefix) / "bin")  # a shim on the PATH takes long to name the same Python
_BLOCK = re.compile(r"^# /// script$.*?^# ///$", re.MULTILINE | re.DOTALL)
_guard = threading.Lock()
_UNCACHED = re.compile("network (connectivity )?(is|was) disabled", re.IGNORECASE)


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
    bytecode: Bytecode | None = None  # what was compiled of wheels before, and is lent to scripts

    def run(
        self,
        argv: Sequence[str],
        *,
        files: Mapping[str, bytes],
        seconds: float,
        again: bool = False,
    ) -> Ran:
        """Run `argv` where only `files` (content by relative path) are; see `ports.Shell.run`."""
        if again and not self.offline:
            ran = self._once(argv, files, seconds, offline=True)
            if not _UNCACHED.search(ran.output):
                return ran
        return self._once(argv, files, seconds, offline=self.offline)

    def _once(
        self, argv: Sequence[str], files: Mapping[str, bytes], seconds: float, *, offline: bool
    ) -> Ran:
        with tempfile.TemporaryDirectory(prefix="proof-") as scratch:
            room = Path(scratch)
            for name in ("home", "tmp", "work"):
                (room / name).mkdir()
            for path, content in files.items():
                put(room / "work" / path, content)
            env = clean_environment(room, self._variables(offline=offline))
            command = [binary() if argv[0] == "uv" else argv[0], *argv[1:]]
            here = partial(run, command, cwd=room / "work", env=env, seconds=seconds)
            if self.bytecode is not None and self.bytecode.pays and argv[-1] in files:
                self._lend(self.bytecode, here, room / "work" / argv[-1])
            return here()

    def _lend(self, bytecode: Bytecode, here: Callable[[], Ran], script: Path) -> None:
        """Let `uv` make the environments of a script, and lend them what was compiled before.

        A script in its place, which asks for the same and tells where it finds packages, is run
        by the same command. Where that does not work out, the real one compiles all by itself.
        """
        content = script.read_bytes()
        put(script, asks(content.decode(errors="replace")).encode())
        told = here()
        put(script, content)
        if told.returncode == 0:
            for site in sites(told.output):
                bytecode.lend(site)

    def _variables(self, *, offline: bool) -> dict[str, str]:
        fixed = {
            "UV_CACHE_DIR": str(self.cache) if self.cache else _usual_cache(),
            "UV_PYTHON": interpreter(self.python),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
            "UV_PYTHON_SEARCH_PATH": os.pathsep.join((OURS, os.environ.get("PATH", os.defpath))),
            "PYTHONHASHSEED": "random",  # a stranger's is not fixed
            "PYTHONDONTWRITEBYTECODE": "1",  # nobody would read it
        }
        fixed |= {"UV_OFFLINE": "1"} if offline else {}
        fixed |= {"UV_NO_CONFIG": "1"} if self.index_args else {}
        managed = os.environ.get("UV_PYTHON_INSTALL_DIR")
        fixed |= {"UV_PYTHON_INSTALL_DIR": managed} if managed else {}
        return {**fixed, **index_variables(self.index_args)}


def asks(script: str) -> str:
    """Return a script that asks for the same packages and tells where it finds them (PEP 723)."""
    block = _BLOCK.search(script)
    return f"{block[0] if block else ''}\nimport json, sys\nprint(json.dumps(sys.path))\n"


def sites(told: str) -> tuple[Path, ...]:
    """Return the folders of packages that such a script tells of in its last line."""
    try:
        path: Json = json.loads(told.strip().rpartition("\n")[2])
    except ValueError:
        return ()
    places = path if isinstance(path, list) else []
    return tuple(Path(each) for each in map(str, places) if each.endswith("/site-packages"))


def _usual_cache() -> str:
    """Return where uv keeps what it fetched; asked once, whoever asks meanwhile waits."""
    with _guard:
        return _asked()


@cache
def _asked() -> str:
    with tempfile.TemporaryDirectory() as scratch:
        return Uv().run("cache", "dir", cwd=Path(scratch), seconds=30).output.strip()
