"""What an unpacked wheel holds, file by file: its list of contents and its texts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

LARGEST = 4_000_000  # bytes of a text that is read


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelPages:
    """The files of one distribution that was unpacked into `crate`."""

    crate: Path
    info: str  # the folder of its metadata, inside the crate

    @property
    def files(self) -> Mapping[str, str]:
        """The digest of every file by its path; "" where the wheel's own record has none."""
        with (self.crate / self.info / "RECORD").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if row and not row[0].endswith(".pyc")]
        return {row[0]: row[1] if len(row) > 1 else "" for row in rows}

    def text(self, path: str) -> str:
        """Return one of them as text; "" where it is not there, or is too large to be one."""
        place = self.crate / path
        try:
            if place.stat().st_size > LARGEST:
                return ""
            return place.read_bytes().decode("utf-8", errors="replace")
        except OSError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPages:
    """The files of a package that is no more than a folder, such as one of npm."""

    folder: Path

    @property
    def files(self) -> Mapping[str, str]:
        """Its files by path, without digests; what its own dependencies brought is left out."""
        walked = (path.relative_to(self.folder) for path in self.folder.rglob("*"))
        own = (path for path in walked if "node_modules" not in path.parts)
        return {str(path): "" for path in sorted(own) if (self.folder / path).is_file()}

    def text(self, path: str) -> str:
        """Return one of them as text; "" where it is not there, or is too large to be one."""
        return WheelPages(crate=self.folder, info="").text(path)


def installed(python: Path, package: str) -> WheelPages | None:
    """Open a distribution that is installed beside an interpreter; None where it is not."""
    for info in python.parent.parent.glob("lib/python*/site-packages/*.dist-info"):
        name = info.name.removesuffix(".dist-info").rpartition("-")[0]
        if canonicalize_name(name) == canonicalize_name(package) and (info / "RECORD").exists():
            return WheelPages(crate=info.parent, info=info.name)
    return None
