"""Several files of a folder changed as one: prepared beside it, then done, if need be by the next.

Where runs get other numbers, files trade places; whoever is killed between must not leave two runs
under one number. What is to be done lies whole in `taking/` before the first file is touched, and
whoever holds the state folder next ends it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PLACE: Final = "taking"
_GONE: Final = "gone.json"
_FILES: Final = "files"
_LEFT: Final = (".pull-*", ".taking-*", "facts/.new-*")  # what a kill leaves behind


@contextmanager
def changing(root: Path, folder: Path, draft: Path) -> Iterator[tuple[Path, set[str]]]:
    """Yield where new files of `folder` are put, and a set for the names of those that go.

    All of it is done at the end of the block. `draft` is an empty folder beside it.
    """
    files, gone = draft / _FILES, set[str]()
    files.mkdir()
    yield files, gone
    names = {"folder": folder.relative_to(root).as_posix(), "gone": sorted(gone)}
    (draft / _GONE).write_text(json.dumps(names), encoding="utf-8")
    for file in (draft / _GONE, *files.iterdir()):
        with file.open("rb") as written:
            os.fsync(written.fileno())
    draft.rename(root / PLACE)
    finish(root)


def finish(root: Path) -> None:
    """End what was begun in a state folder that is held, and clear away what a kill left."""
    place = root / PLACE
    if (place / _GONE).is_file():
        names = json.loads((place / _GONE).read_text(encoding="utf-8"))
        folder = root / names["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name in names["gone"]:
            (folder / name).unlink(missing_ok=True)
        for file in sorted((place / _FILES).iterdir()):
            file.replace(folder / file.name)
        (place / _GONE).unlink()
    _clear([place, *(left for name in _LEFT for left in root.glob(name))])


def _clear(places: Iterable[Path]) -> None:
    for place in places:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
