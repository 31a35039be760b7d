"""What hardware this machine shows: which backends are here, and in what its numbers may differ."""

from __future__ import annotations

import ctypes.util
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.core.backends import BACKENDS, Backend, Sign
from bot.effects.process import run

_SECONDS = 20.0
_TELLING = (
    "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16",
    "amx_tile", "asimd", "asimddp", "sve",
)  # fmt: skip


def missing(backend: Backend) -> str:
    """Return why `backend` is not here, or nothing where one of its signs is."""
    told = [_lacks(sign, backend.passes) for sign in backend.signs]
    return "" if "" in told else "; ".join(told)


def lacking(backends: Iterable[str]) -> dict[str, str]:
    """Return each of `backends` that is not here, and why."""
    found = {name: missing(BACKENDS[name]) for name in backends}
    return {name: why for name, why in found.items() if why}


def passed(backend: Backend) -> dict[str, str]:
    """Return the variables that a cell on `backend` gets: the row's own, and the user's for it."""
    handed = {name: os.environ[name] for name in backend.passes if name in os.environ}
    return {**dict(backend.variables), **handed}


def instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the instructions of this processor by which results differ, "" where none is told."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    have = set(flags.partition(":")[2].split())
    return " ".join(name for name in _TELLING if name in have)


def driver(backend: Backend) -> str:
    """Return which driver serves `backend` here, where the machine tells it."""
    if backend.name == "cuda":
        asked = ("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
        return _output(asked).strip().replace("\n", " ")
    if backend.name == "vulkan":
        return " ".join(file.stem for file in _manifests(backend.signs[0], backend.passes))
    return ""


def device(backend: Backend) -> str:
    """Return what the machine calls the hardware of `backend`, or at least its driver."""
    if backend.name == "cuda":
        return "; ".join(_output(backend.signs[0].what).splitlines())
    return driver(backend)


def machine(backends: Iterable[str]) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return, for each of `backends`, what of this machine decides what numbers come out."""
    mine = ("instructions", instructions())
    return {name: (mine, ("driver", driver(BACKENDS[name]))) for name in backends}


def _lacks(sign: Sign, passes: tuple[str, ...]) -> str:
    match sign.kind:
        case "always":
            why = ""
        case "system":
            why = "" if platform.system() in sign.what else f"this is no {' or '.join(sign.what)}"
        case "files":
            why = _no_files(sign)
        case "loader":
            why = _no_driver(sign, passes)
        case "command":
            why = _no_output(sign)
    return f"{why}; {sign.cure}" if why and sign.cure else why


def _no_files(sign: Sign) -> str:
    found = [file for pattern in sign.what for file in matches(pattern)]
    if not found:
        return f"there is no {' or '.join(sign.what)}"
    if not sign.holds or any(sign.holds in _text(file) for file in found):
        return ""
    return f"no {' or '.join(sign.what)} holds {sign.holds}"


def matches(pattern: str) -> list[Path]:
    """Return the paths that fit an absolute pattern, in order."""
    path = Path(pattern)
    return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _no_driver(sign: Sign, passes: tuple[str, ...]) -> str:
    if ctypes.util.find_library(sign.what[0]) is None:
        return f"the library lib{sign.what[0]} is not installed"
    if _manifests(sign, passes):
        return ""
    return f"no driver is installed: no {' or '.join(_places(sign, passes))}"


def _places(sign: Sign, passes: tuple[str, ...]) -> tuple[str, ...]:
    """Return where manifests of drivers lie: where a person says so, else where they usually do."""
    for name in passes:
        named = os.environ.get(name, "")
        if named:
            return tuple(named.split(os.pathsep))
    return sign.what[1:]


def _manifests(sign: Sign, passes: tuple[str, ...]) -> list[Path]:
    named = [Path(place).absolute() for place in _places(sign, passes)]
    found = [file for place in named for file in matches(str(place))]
    inside = [file for folder in found for file in sorted(folder.glob("*.json"))]
    return [file for file in (*found, *inside) if file.is_file()]


def _no_output(sign: Sign) -> str:
    command = sign.what[0]
    if shutil.which(command) is None:
        return f"`{command}` is not installed"
    told = _output(sign.what)
    if sign.holds in told:
        return ""
    return f"`{' '.join(sign.what)}` says {' '.join(told.split())[:200] or 'nothing'}"


def _output(command: tuple[str, ...]) -> str:
    if shutil.which(command[0]) is None:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        ran = run(command, cwd=Path(folder), env=dict(os.environ), seconds=_SECONDS)
    return ran.output if ran.returncode == 0 else ""
