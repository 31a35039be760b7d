"""One version of a component, as its source tells of it; a word of the glossary in `core.model`.

A source says what it knows and leaves the rest empty. What a release was last time is kept, so
that a file that was swapped, a tag that moved or a version that vanished can be told.

>>> tea = Release(component="tea", version="1.0", uploaded=None, origin="", files=(("a.whl", "b"),))
>>> tea.withdrawn, tea.file("a.whl")
(False, 'b')
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of one component. `yanked` holds the reason, or None when it is not yanked.

    `files` are names with the digest of each (`sha256:...`, "" where the source has none). `tags`
    are words that lead to this version now, such as `latest`. `deprecated` is what its maker says
    of a version that still installs. `early` is set where the source itself calls it so. `notes`
    is the address of what its maker wrote of it; `also` are addresses by which the same project is
    known elsewhere (PEP 708).
    """

    component: str
    version: str
    uploaded: datetime | None
    origin: str
    digests: tuple[str, ...] = ()
    yanked: str | None = None
    requires_python: str = ""
    wheels: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    deprecated: str = ""
    early: bool = False
    notes: str = ""
    also: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """Whether it is yanked."""
        return self.yanked is not None

    def file(self, name: str) -> str:
        """Return the digest of one of its files, "" where that is not known."""
        return dict(self.files).get(name, "")
