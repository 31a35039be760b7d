"""What a person hands to a search, checked before anything is installed: where, what, cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.core.pins import Asked
from bot.effects.uv import Uv, interpreter
from bot.errors import ConfigError, UsageError

_VERSION = re.compile(r"3\.\d+(\.\d+)?")


def ends(places: Sequence[str], read_end: Callable[[str], Asked]) -> tuple[Asked, ...]:
    """Read both ends. Raises `UsageError` with everything that is wrong in either of them."""
    read: list[Asked] = []
    wrong: list[str] = []
    for where in dict.fromkeys(places):
        try:
            read.append(read_end(where))
        except ConfigError as trouble:
            wrong.append(trouble.message)
    if wrong:
        raise UsageError("\n".join(wrong))
    return tuple(read) if len(read) == len(places) else (*read, *read)


def program(probe: Path) -> str:
    """Return the source of a probe. Raises `UsageError` where it cannot be read or compiled."""
    cure = "name a Python program that prints one JSON value"
    try:
        source = probe.read_text(encoding="utf-8")
        compile(source, str(probe), "exec")
    except FileNotFoundError:
        raise UsageError(f"there is no file {probe}", cure=cure) from None
    except UnicodeDecodeError as trouble:
        what = f"{probe} is not in UTF-8: byte {trouble.start + 1} is no part of it"
        raise UsageError(what, cure=cure) from None
    except OSError as trouble:
        raise UsageError(f"{probe} cannot be read: {trouble.strerror}", cure=cure) from None
    except SyntaxError as trouble:
        where = f"{probe}:{trouble.lineno or 1}:{trouble.offset or 1}"
        cure = "mend the program; it must run on both sides"
        raise UsageError(f"{where}: {trouble.msg}", cure=cure) from None
    except ValueError as trouble:
        raise UsageError(f"{probe}: {trouble}", cure=cure) from None
    if not source.strip():
        raise UsageError(f"{probe} is empty", cure=cure)
    return source


def python(version: str) -> str:
    """Return `version` where there is such an interpreter. Raises `UsageError` where not."""
    if not _VERSION.fullmatch(version):
        raise UsageError(f"--python {version} is no version", cure="write it as 3.11")
    if interpreter(version) == version:
        ran = Uv().run("python", "find", version, cwd=Path.cwd(), seconds=60)
        if ran.returncode != 0:
            cure = f"`uv python install {version}`, or leave --python out"
            raise UsageError(f"there is no Python {version} here", cure=cure)
    return version


def folders(places: Sequence[str]) -> tuple[str, ...]:
    """Return absolute paths of folders with wheels; an address stays as it is.

    Raises `UsageError` for a folder that is not there.
    """
    for each in places:
        if "://" not in each and not Path(each).is_dir():
            raise UsageError(f"there is no folder {each}", cure="name a folder with wheels")
    return tuple(each if "://" in each else str(Path(each).resolve()) for each in places)


def writable(out: str | Path | None, flag: str = "--json") -> None:
    """Raise `UsageError` where a result cannot be written to `out`."""
    if out and Path(out).is_dir():
        raise UsageError(f"{flag} {out} is a folder", cure="name a file, or - to print it")
