"""Releases that lie in folders as files, such as `--find-links` names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import (
    canonicalize_name,
)

from bot.core.archive import release_of
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
            package, version = release_of(path.name)
            if package == name:
                found[version] = (*found.get(version, ()), path)
        return found


def _digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
