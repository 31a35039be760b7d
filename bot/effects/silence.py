"""Progress where nobody looks: on a worker, whose log is somebody else's."""

from __future__ import annotations


class Silence:
    """Tells nobody how far it has come; implements `ports.Progress`."""

    def begin(self, step: str, total: int) -> None:
        """Say nothing."""

    def start(self, step: str, label: str) -> None:
        """Say nothing."""

    def advance(self, step: str, label: str) -> None:
        """Say nothing."""

    def note(self, line: str) -> None:
        """Say nothing."""
