"""What is where a user points: what an interpreter finds, or what a server says of itself.

Both come as a closure, so that a change in what nobody of ours installed is seen as one.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from bot.core.model import Closure, Conflict, Json, Pin
from bot.core.protocol import PROTOCOL, Hearing
from bot.effects.process import clean_environment, run
from bot.effects.room import GUEST, GuestRoom, furnish

_SECONDS = 60.0
_MEMORY = 2 * 1024**3


def installed(python: str) -> Closure | Conflict:
    """Return everything that the interpreter `python` finds, itself included, or why nothing."""
    where = shutil.which(python)
    if where is None:
        return Conflict(why=f"{python} cannot be started")
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        (room / "home").mkdir()
        (room / "tmp").mkdir()
        argv = [where, "-s", str(GUEST / "inventory.py")]
        ran = run(argv, cwd=room, env=clean_environment(room), seconds=_SECONDS)
    lines = ran.output.splitlines()
    if ran.returncode != 0 or not lines:
        return Conflict(why=f"{python} does not tell what it has: {' '.join(lines[-1:])}")
    told: list[tuple[str, str, str]] = json.loads(lines[-1])
    return Closure(pins=tuple(_pin(*each) for each in told))


def _pin(name: str, version: str, digest: str) -> Pin:
    hashes = (f"sha256:{digest}",) if digest else ()
    return Pin(name=canonicalize_name(name), version=version, hashes=hashes)


def served(
    url: str, options: Mapping[str, Json], variables: Mapping[str, str]
) -> Closure | Conflict:
    """Return what the server at `url` says of itself: which it is, its version and its model."""
    hearing = Hearing(())
    asked: dict[str, Json] = {**options, "url": url}
    modules: list[Json] = [{"name": "endpoint", "setup": asked}]
    job: Json = {"protocol": PROTOCOL, "modules": modules, "probes": []}
    with tempfile.TemporaryDirectory() as folder:
        room = GuestRoom(
            path=Path(folder) / "room", python=Path(sys.executable), variables=variables, cut=False
        )
        furnish(room.path)
        talk = room.talk(job, hearing.hear, seconds=_SECONDS, memory_bytes=_MEMORY)
    heard = hearing.finish(returncode=talk.returncode, stopped_by=talk.stopped_by, log="")
    says = heard.says.get("endpoint")
    if heard.stopped is not None or not isinstance(says, dict):
        why = heard.stopped.message if heard.stopped else "it said nothing"
        return Conflict(why=f"the server at {url} cannot be asked: {why}")
    pins = [(name, str(says.get(name) or "unknown")) for name in ("server", "version", "model")]
    return Closure(pins=tuple(Pin(name=name, version=value) for name, value in pins))
