"""Releases that lie in folders as wheels, such as `--find-links` names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from bot.core.model import Component, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Wheels in `folders`; they have no moment of upload, and none is ever yanked."""

    folders: Sequence[Path]

    def releases(self, component: Component) -> Iterator[Release]:
        """Yield a release for each version that a wheel is there for."""
        for version, wheels in self._versions(canonicalize_name(component.package)).items():
            yield Release(
                component=component.name,
                version=version,
                uploaded=None,
                origin=str(wheels[0].parent),
                digests=tuple(sorted(_digest(path) for path in wheels)),
                wheels=tuple(sorted(path.name for path in wheels)),
            )

    def _versions(self, name: str) -> Mapping[str, tuple[Path, ...]]:
        found: dict[str, tuple[Path, ...]] = {}
        for path in (file for folder in self.folders for file in sorted(folder.glob("*.whl"))):
            try:
                package, version, _, _ = parse_wheel_filename(path.name)
            except InvalidWheelFilename:
                continue
            if package == name:
                found[str(version)] = (*found.get(str(version), ()), path)
        return found


def _digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
