"""What rooms and environments of containers can tell and do beyond the others.

A room that has an `image` and `containers` is one, whoever made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Contained(Protocol):
    """A room whose guests run in containers, which can be named afterwards."""

    @property
    def image(self) -> str:
        """What the containers began with: `name@sha256:...`, or the id of a local image."""
        ...

    @property
    def containers(self) -> Sequence[str]:
        """The ids of those that ran, in order."""
        ...


@runtime_checkable
class Sweeper(Protocol):
    """An environment that may leave something running where nobody sees it."""

    @property
    def owner(self) -> str:
        """Whose leftovers it finds: those of one state folder."""
        ...

    def sweep(self) -> int:
        """End and remove all of them; returns how many. An engine that is away has none."""
        ...
