"""What a step of the pipeline says: a table for people, and the same for programs."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A table (header first), lines below it, and what JSON has where it has more than the rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...] = ()
    more: dict[str, Json] = field(default_factory=dict)

    @property
    def json(self) -> Json:
        """The rows as objects, or the whole of what there is."""
        rows: list[Json] = [dict(zip(self.header, row, strict=True)) for row in self.rows]
        return self.more or rows
