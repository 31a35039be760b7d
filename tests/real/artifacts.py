"""The artifacts of one run of a workflow, kept and fetched as GitHub's two actions do it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from os.path import commonpath
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Artifacts:
    """A folder with a folder for each artifact."""

    root: Path

    @property
    def names(self) -> list[str]:
        return sorted(one.name for one in self.root.iterdir()) if self.root.is_dir() else []

    def keep(self, workspace: Path, given: Mapping[str, Any]) -> None:
        """Take files in; their paths begin where all the places that were named part.

        What begins with a dot stays outside, as it does there. A name is given once.
        """
        lines = [line.strip().rstrip("/") for line in str(given["path"]).splitlines()]
        assert not any("*" in line or line.startswith("!") for line in lines), "say what to take"
        places = [workspace / line for line in lines if line]
        base = Path(commonpath(places))
        into = self.root / given["name"]
        if given.get("overwrite") is True:
            shutil.rmtree(into, ignore_errors=True)
        assert not into.exists(), f"there is an artifact {given['name']} already"
        found = [file for place in places for file in _files(place)]
        missing = given.get("if-no-files-found", "warn")
        assert found or missing != "error", f"nothing to take in at {lines}"
        for file in found:
            target = into / file.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)  # an artifact keeps no permissions

    def fetch(self, workspace: Path, given: Mapping[str, Any]) -> None:
        """Bring one by its name, or all whose names fit, each in a folder of its own."""
        into = workspace / given.get("path", ".")
        if "name" in given:
            assert given["name"] in self.names, f"there is no artifact {given['name']}"
            shutil.copytree(self.root / given["name"], into, dirs_exist_ok=True)
            return
        for name in self.names:
            if fnmatchcase(name, given["pattern"]):
                alone = given.get("merge-multiple") is True
                place = into if alone else into / name
                shutil.copytree(self.root / name, place, dirs_exist_ok=True)


def _files(place: Path) -> Iterator[Path]:
    if place.name.startswith("."):
        return
    if place.is_file():
        yield place
    elif place.is_dir():
        for each in sorted(place.iterdir()):
            yield from _files(each)
