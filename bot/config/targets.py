"""The rows of projects that issues go to, as `suite/targets.json` has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from bot.core.form import Target

FILE: Final = Path(__file__).parents[1] / "suite" / "targets.json"
_ROWS: Final = TypeAdapter(tuple[Target, ...])


def targets(file: Path = FILE) -> Mapping[str, Target]:
    """Return the rows by repository, in lower case."""
    return {row.repo.lower(): row for row in _ROWS.validate_json(file.read_bytes())}
