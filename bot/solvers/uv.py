"""Closures by `uv pip compile`: wheels only, for this platform, with the hash of every file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from bot.core.logs import classify, readable
from bot.core.model import Closure, Conflict, Phase, Pin, Reason, Requirements
from bot.core.versions import is_build
from bot.effects.uv import Uv, interpreter
from bot.errors import SourceError, UsageError
from bot.ports import Ran

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class UvSolver:
    """Resolves with `uv`. `index_args` as uv takes them; `cache` is uv's cache folder.

    Files found by `--find-links` have no upload time: no cutoff hides them.
    """

    index_args: tuple[str, ...] = ()
    cache: Path | None = None
    offline: bool = False
    seconds: float = 300.0
    build: bool = False  # whether what has no wheel is built, which runs its code
    hashes: bool = True  # whether the pins say which files they are
    builds: tuple[str, ...] = ()  # index arguments where a pin is no plain release

    def close(self, asked: Requirements) -> Closure | Conflict:
        """Resolve `asked`. Raises `SourceError` when the index cannot be asked.

        A package that the index does not have is a `Conflict`; a requirement that cannot be
        read is a `UsageError`.
        """
        with tempfile.TemporaryDirectory(prefix="solve-") as scratch:
            folder = Path(scratch)
            ran = self._compile(asked, folder)
            if ran.returncode == 0:
                return parse((folder / "out.txt").read_text())
            return _conflict(ran, scratch)

    def requires(self, closure: Closure, interpreter: str) -> Mapping[str, frozenset[str]]:
        """Return, for each package of `closure`, those of it that it requires itself.

        Empty where uv cannot tell (a closure that contradicts its own metadata, no network).
        """
        pins = tuple(str(pin) for pin in closure.pins)
        asked = Requirements(pins=pins, interpreter=interpreter)
        with tempfile.TemporaryDirectory(prefix="solve-") as scratch:
            folder = Path(scratch)
            ran = self._compile(asked, folder, annotate=True)
            return edges((folder / "out.txt").read_text()) if ran.returncode == 0 else {}

    def _compile(self, asked: Requirements, folder: Path, *, annotate: bool = False) -> Ran:
        (folder / "in.txt").write_text("\n".join(asked.pins) + "\n")
        if asked.prefer:
            preferred = "\n".join(str(pin) for pin in asked.prefer.pins)
            (folder / "out.txt").write_text(preferred + "\n")
        flags = [
            *(() if self.build else ("--no-build",)),
            *(("--generate-hashes",) if self.hashes and not annotate else ()),
            "--no-header",
            "--quiet",
        ]
        flags += ["--annotation-style", "line"] if annotate else ["--no-annotate"]
        flags += ["--no-emit-index-url", "--no-emit-find-links"]
        flags += ["--resolution", "lowest-direct"] if asked.lowest else []
        if asked.cutoff:
            cutoff = asked.cutoff.astimezone(UTC)
            flags += ["--exclude-newer", cutoff.strftime("%Y-%m-%dT%H:%M:%SZ")]
        python = ["--python", _runnable(asked.interpreter), "--python-version", asked.interpreter]
        built = any(is_build(pin.partition("==")[2]) for pin in asked.pins)
        where = self.builds if built and self.builds else self.index_args
        uv = Uv(index_args=where, cache=self.cache, offline=self.offline)
        files = ["in.txt", "-o", "out.txt"]
        return uv.run("pip", "compile", *files, *python, *flags, cwd=folder, seconds=self.seconds)


def _runnable(version: str) -> str:
    """Return an interpreter that is here: resolving for `version` does not need it installed."""
    found = interpreter(version)
    return found if found != version else interpreter("3")


def parse(locked: str) -> Closure:
    """Read a requirements file with hashes, as `uv pip compile` writes it."""
    pins: list[Pin] = []
    for entry in locked.replace("\\\n", " ").splitlines():
        if match := _PIN.match(entry):
            hashes = tuple(sorted(_HASH.findall(entry)))
            pins.append(Pin(name=match[1], version=match[2], hashes=hashes))
    return Closure(pins=tuple(pins))


def edges(annotated: str) -> dict[str, frozenset[str]]:
    """Read who requires whom from a requirements file with uv's one-line annotations."""
    found: dict[str, set[str]] = {}
    for line in annotated.splitlines():
        pin, _, via = line.partition("# via ")
        if match := _PIN.match(pin):
            for parent in (name.strip() for name in via.split(",")):
                if parent and not parent.startswith("-"):
                    found.setdefault(parent, set()).add(match[1])
    return {name: frozenset(required) for name, required in found.items()}


def _conflict(ran: Ran, scratch: str) -> Conflict:
    why = readable(ran.output, hide=[scratch])
    if ran.returncode is None:
        raise SourceError("Resolving took too long.", cure="check the network, or try again")
    reason = classify(ran.output, Phase.RESOLVE)
    if reason in {Reason.NETWORK, Reason.DISK}:
        cure = "check the network and the index; offline, run once with the network first"
        raise SourceError(f"The index cannot be asked: {why}", cure=cure)
    if "No solution found" not in why:
        raise UsageError(f"uv cannot read this: {why}", cure="mend the requirement")
    return Conflict(why=_reason(why))


def _reason(why: str) -> str:
    """Return the sentence that uv ends with, on one line: it names what contradicts what."""
    told = why.partition("when resolving dependencies")[2].lstrip(" :\n")
    return " ".join((told or why).partition("hint:")[0].split())
