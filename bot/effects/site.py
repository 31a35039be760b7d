"""The files of a report, in a folder that may hold other things too.

A list beside them says which pages were written last time. Those that are not written again are
taken away: a page of a cell that is no longer planned would tell an old story.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from bot.effects.files import put

LIST = ".pages.json"


def write(folder: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write text files below `folder`, each at once or not at all; return where they lie.

    Pages of the last time that are not among `files` are removed, and nothing else is.
    """
    for path, text in files.items():
        put(folder / path, text.encode())
    for path in _before(folder) - files.keys():
        (folder / path).unlink(missing_ok=True)
    put(folder / LIST, json.dumps(sorted(files), indent=1).encode())
    return tuple(folder / path for path in files)


def _before(folder: Path) -> set[str]:
    """Return what was written last time, as far as it lies in `folder`; nothing where unknown."""
    try:
        told = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    names = [name for name in told if isinstance(name, str)] if isinstance(told, list) else []
    return {name for name in names if _inside(PurePosixPath(name))}


def _inside(path: PurePosixPath) -> bool:
    return not path.is_absolute() and ".." not in path.parts
