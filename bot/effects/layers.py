"""Environments laid together from others: what two locks share is installed and compiled once.

A *layer* is an environment that holds some distributions. Which files are whose is read from
their RECORDs once; another environment is then made of hard links to them, in the places where
its own installation would have put them. A file that no RECORD names is the environment's own.
Only what a walk finds below a layer is ever linked: a RECORD is written by strangers.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.core.metadata import name_of
from bot.effects.files import put

OWN: Final = ""  # under which the files of the environment itself are listed
_CACHE: Final = "__pycache__"

Files = Mapping[str, Sequence[str]]


def owned(layer: Path) -> Files:
    """Return the files of an environment by the normal name of their distribution.

    Paths are relative to `layer`. The list is written beside it where there is none.
    """
    place = layer.with_suffix(".files.json")
    if not place.exists():
        put(place, json.dumps(_sorted_out(layer)).encode())
    found: Files = json.loads(place.read_text(encoding="utf-8"))
    return found


def lay(place: Path, parts: Iterable[tuple[Path, Sequence[str]]]) -> None:
    """Make `place` of hard links to files of layers; of two for one name, the first stays."""
    made: set[str] = set()
    for layer, files in parts:
        for name in files:
            target = f"{place}/{name}"
            folder = os.path.dirname(target)  # noqa: PTH120 - thousands of them
            if folder not in made:
                os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - as above
                made.add(folder)
            _link(f"{layer}/{name}", target)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links, or with too many of one file
        shutil.copy2(source, target, follow_symlinks=False)


def _sorted_out(layer: Path) -> dict[str, list[str]]:
    every = set(_walked(layer))
    compiled = _by_source(every)
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for info in sorted(layer.glob("lib/python*/site-packages/*.dist-info")):
        named = {name for name in _recorded(info, layer) if name in every}
        named |= {pyc for name in named for pyc in compiled.get(name, ())}
        text = (info / "METADATA").read_text(encoding="utf-8", errors="replace")
        found[name_of(text)] = sorted(named)
        taken |= named
    return {**found, OWN: sorted(every - taken)}


def _walked(layer: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(layer):
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114
        for name in (*names, *links):
            yield os.path.relpath(f"{folder}/{name}", layer)


def _by_source(files: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return the compiled files of each source."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in files:
        folder, _, file = name.rpartition("/")
        if file.endswith(".pyc") and folder.endswith(f"/{_CACHE}"):
            found[f"{folder.removesuffix(_CACHE)}{file.partition('.')[0]}.py"].append(name)
    return found


def _recorded(info: Path, layer: Path) -> Iterator[str]:
    """Yield what a distribution says it installed, as paths below `layer` or out of it."""
    site = os.path.relpath(info.parent, layer)
    with (info / "RECORD").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if row:
                yield os.path.normpath(f"{site}/{row[0]}")
