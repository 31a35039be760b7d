"""What an unpacked wheel holds, file by file: its list of contents and its texts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
