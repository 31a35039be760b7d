"""The studies that come along, each a file that was written before anything was measured."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import yaml

from bot.config.shape import StudyFile
from bot.config.tree import meant
from bot.core.registered import Arm, Registered
from bot.errors import UsageError

STUDIES: Final = Path(__file__).parent.parent / "suite" / "studies"


def names() -> tuple[str, ...]:
    """Return the names of the studies that come along."""
    return tuple(sorted(file.stem for file in STUDIES.glob("*.yaml")))


def registered(name: str) -> Registered:
    """Return a study by its name. Raises `UsageError` for one that there is not."""
    if name not in names():
        raise UsageError(f"there is no study `{name}`", cure=meant(name, [*names()]))
    content = (STUDIES / f"{name}.yaml").read_bytes()
    read = StudyFile.model_validate(yaml.safe_load(content))
    words = read.model_dump(exclude={"arms"})
    arms = tuple(Arm(**one.model_dump()) for one in read.arms)
    return Registered(**words, arms=arms, digest=hashlib.sha256(content).hexdigest())
