"""What a container of a cell may see of this machine: who it is, its variables, which files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.core.model import Json

HOME_INSIDE, WORK_INSIDE = "/home/cell", "/home/work"
PATH: Final = "/usr/local/bin:/usr/bin:/bin"


def named(job: Json) -> dict[str, Path]:
    """Return the files and folders that the set-up of a job's modules names, for reading.

    They come from matrix.yaml and from the drivers, never from a cell.
    """
    modules = job.get("modules") if isinstance(job, dict) else None
    found = (Path(text) for text in _texts(modules) if text.count("/") > 1 and text[0] == "/")
    return {str(path): path for path in found if path.exists()}


def _texts(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            yield from _texts([*value.values()])
        case _:
            return


def cell_environment() -> dict[str, str]:
    """Return the whole environment of a cell: nothing of this machine."""
    return {
        "PATH": PATH,
        "LANG": "C.UTF-8",
        "HOME": HOME_INSIDE,
        "TMPDIR": "/tmp",  # noqa: S108 - inside, and its own
        "USER": "cell",
        "LOGNAME": "cell",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HF_HUB_OFFLINE": "1",
        "TZ": "UTC",
    }


def nobody() -> str:
    """Return who a cell is: ourselves, without any power, or nobody where we are root."""
    return f"{os.getuid()}:{os.getgid()}" if os.getuid() else "65534:65534"


def local_indexes(index_args: tuple[str, ...]) -> dict[str, Path]:
    """Return the folders of indexes on this disk, with what lies beside them."""
    words = [word.partition("=")[2] or word for word in index_args if not word.startswith("--no")]
    urls = [urlsplit(word) for word in words]
    found = [Path(unquote(url.path)).parent for url in urls if url.scheme == "file"]
    return {str(folder): folder for folder in found if folder.is_dir()}
