"""Notices that a fetcher gathers, said as they come."""

from __future__ import annotations

from bot.ports import Progress


class Aloud(list[str]):
    """Notices that a person gets to see as they come, each once."""

    def __init__(self, progress: Progress) -> None:
        """Say them by `progress`."""
        super().__init__()
        self._progress = progress

    def append(self, notice: str) -> None:
        """Keep a notice, and say it."""
        if notice not in self:
            super().append(notice)
            self._progress.note(notice)
