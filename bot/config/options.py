"""What the command line says, in a file of its own: every verb knows it, and few need much more."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says, for every verb that works on a matrix."""

    config: Path
    state: Path
    reports: Path
    cutoff: date | None = None
    workers: int = 0
    offline: bool = False
    env: str = field(default_factory=lambda: os.environ.get("STACKMATRIX_ENV", ""))
