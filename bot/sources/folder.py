"""Releases that lie in folders as files, such as `--find-links` names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from bot.core.model import Component, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Files in `folders`; they have no moment of upload, and none is ever yanked."""

    folders: Sequence[Path]

    def releases(self, component: Component) -> Iterator[Release]:
        """Yield a release for each version that a file is there for, wheel or not."""
        for version, files in self._versions(canonicalize_name(component.package)).items():
            yield Release(
                component=component.name,
                version=version,
                uploaded=None,
                origin=str(files[0].parent),
                digests=tuple(sorted(_digest(path) for path in files)),
                wheels=tuple(sorted(path.name for path in files if path.suffix == ".whl")),
            )

    def _versions(self, name: str) -> Mapping[str, tuple[Path, ...]]:
        found: dict[str, tuple[Path, ...]] = {}
        for path in (file for folder in self.folders for file in sorted(folder.iterdir())):
            package, version = _named(path.name)
            if package == name:
                found[version] = (*found.get(version, ()), path)
        return found


def _named(file: str) -> tuple[str, str]:
    """Return package and version of a wheel or an sdist, nothing for any other file."""
    try:
        if file.endswith(".whl"):
            package, version, _, _ = parse_wheel_filename(file)
        else:
            package, version = parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return "", ""
    return package, str(version)


def _digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
