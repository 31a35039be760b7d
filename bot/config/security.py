"""The rules of what may be no matter for the public, as `suite/security.json` has them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from bot.core.security import Danger

FILE: Final = Path(__file__).parents[1] / "suite" / "security.json"
_ROWS: Final = TypeAdapter(tuple[Danger, ...])


def dangers(file: Path = FILE) -> tuple[Danger, ...]:
    """Return the rules in their order."""
    return _ROWS.validate_json(file.read_bytes())
