r"""What a comparator says: nothing, or one difference with a shape that survives rewording.

>>> Difference(text="- 1\n+ 2", shape="value").shape
'value'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two values part: `text` for people, `shape` for signatures (no values in it)."""

    text: str
    shape: str


Comparator: TypeAlias = Callable[[Json, Json, tuple[Json, ...]], "Difference | None"]
"""`compare(expected, seen, reruns)`: `reruns` are the expected side's own repeats, its noise."""
