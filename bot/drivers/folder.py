"""A driver whose model is a folder: a proof gets the files in it, beside itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.model import Json, Link, Probe
from bot.drivers.plain import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder(Plain):
    """A `Plain` driver whose engine loads `folder` of the model as a whole."""

    folder: str

    def files(self, model: Path) -> Mapping[str, Path]:
        """The files of the folder by their names."""
        return {path.name: path for path in sorted((model / self.folder).iterdir())}


def known(probe: Probe, link: Link) -> Json:
    """Return what comes before the engine where it makes it not itself; None where nobody knows."""
    return {**dict(probe.known), **dict(probe.given)}.get(link)
