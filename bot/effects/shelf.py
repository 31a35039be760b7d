"""Unpacked wheels, each installed once, and environments made of links to them.

A *crate* is a folder into which several distributions were installed at once; an index beside it
says which entries of it are whose. An environment is a skeleton with links into crates: it is
made in milliseconds, and what Python compiled of a wheel once is compiled for all of them. Two
versions of a package never share a folder, so no compiled file can stand for the wrong source.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.metadata import Metadata, name_of, read
from bot.core.model import Json
from bot.effects.files import put

INDEX = "index.json"
SCRIPTS = "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """One distribution in a crate: the entries at the top that are its own, and shared files."""

    crate: Path
    own: tuple[str, ...]
    shared: tuple[str, ...]
    scripts: tuple[str, ...]
    metadata: Metadata


def index(crate: Path) -> Mapping[str, Wheel]:
    """Return the wheels of a crate by normal name; the index is written where there is none."""
    place = crate.with_suffix(".json")
    if not place.exists():
        put(place, json.dumps(_indexed(crate)).encode())
    told = json.loads(place.read_text(encoding="utf-8"))
    return {name: _wheel(crate, entry) for name, entry in told.items()}


def _wheel(crate: Path, entry: Mapping[str, str | list[str]]) -> Wheel:
    info = crate / str(entry["info"])
    modules = tuple(sorted(_module(name) for name in (*entry["own"], *entry["shared"])))
    text = (info / "METADATA").read_text(encoding="utf-8", errors="replace")
    return Wheel(
        crate=crate,
        own=tuple(entry["own"]),
        shared=tuple(entry["shared"]),
        scripts=tuple(entry["scripts"]),
        metadata=read(text, modules=tuple(dict.fromkeys(filter(None, modules)))),
    )


def _module(entry: str) -> str:
    """Return the module that an entry at the top, or a shared file, belongs to."""
    top = entry.partition("/")[0]
    return "" if top.endswith((".dist-info", ".pth")) else top.partition(".")[0]


def _indexed(crate: Path) -> dict[str, Json]:
    files = {info.name: _files(info) for info in sorted(crate.glob("*.dist-info"))}
    tops = {name: {file.partition("/")[0] for file in told} for name, told in files.items()}
    owners = Counter(top for each in tops.values() for top in each)
    found: dict[str, Json] = {}
    for name, told in files.items():
        text = (crate / name / "METADATA").read_text(encoding="utf-8", errors="replace")
        own: list[Json] = [top for top in sorted(tops[name]) if owners[top] == 1]
        shared: list[Json] = [file for file in told if owners[file.partition("/")[0]] > 1]
        scripts: list[Json] = list(_scripts(crate / name))
        entry: Json = {"info": name, "own": own, "shared": shared, "scripts": scripts}
        found[name_of(text)] = entry
    return found


def _record(info: Path) -> list[str]:
    with (info / "RECORD").open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file) if row]


def _files(info: Path) -> list[str]:
    """The files of a distribution below the crate, scripts apart."""
    inside = (name for name in _record(info) if not name.startswith(("/", "..", f"{SCRIPTS}/")))
    return sorted(name for name in inside if not name.endswith(".pyc"))


def _scripts(info: Path) -> Iterable[str]:
    for name in _record(info):
        path = Path(name)
        if path.parent.name == SCRIPTS and name.startswith(("..", f"{SCRIPTS}/")):
            yield path.name


def link(wheels: Sequence[Wheel], site: Path, scripts: Path) -> None:
    """Link the entries of `wheels` into `site`, and copy their scripts, for its own Python."""
    tops = Counter(
        top
        for wheel in wheels
        for top in {*wheel.own, *(file.partition("/")[0] for file in wheel.shared)}
    )
    for wheel in wheels:
        for top in wheel.own:
            if tops[top] == 1:
                (site / top).symlink_to(wheel.crate / top)
                _link_compiled(wheel.crate, top, site)
            else:
                _link_files(wheel.crate, _below(wheel.crate / top, wheel.crate), site)
        _link_files(wheel.crate, wheel.shared, site)
        for name in wheel.scripts:
            _copy_script(wheel.crate / SCRIPTS / name, scripts / name)


def _below(top: Path, crate: Path) -> list[str]:
    if not top.is_dir():
        return [top.name]
    walked = (Path(folder, name) for folder, _, names in os.walk(top) for name in names)
    return [str(path.relative_to(crate)) for path in walked if path.suffix != ".pyc"]


def _link_files(crate: Path, files: Iterable[str], site: Path) -> None:
    for name in files:
        place = site / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink():
            place.symlink_to(crate / name)


def _link_compiled(crate: Path, top: str, site: Path) -> None:
    """Link what lies compiled of a module that is one file: it lies beside others, in one folder.

    Nothing is left in a crate of what a room compiles of such a module.
    """
    if top.endswith(".py"):
        for file in (crate / "__pycache__").glob(f"{top.removesuffix('.py')}.*.pyc"):
            (site / "__pycache__").mkdir(exist_ok=True)
            (site / "__pycache__" / file.name).symlink_to(file)


def _copy_script(source: Path, target: Path) -> None:
    """Copy a script; one of Python is started by the interpreter beside it."""
    content = source.read_bytes()
    head, line, rest = content.partition(b"\n")
    if head.startswith(b"#!") and b"python" in head:
        content = b"#!" + str(target.parent / "python").encode() + line + rest
    target.write_bytes(content)
    shutil.copymode(source, target)
