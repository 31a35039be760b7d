r"""Which upgrades are still suspected after what a search has seen: words for people, no more.

It thinks of one guilty upgrade. What shows the bad answer holds it; what shows the good one,
moved all the way, does not. When nobody is left, no single upgrade does it.

>>> left = Narrowing(good={"a": "1", "b": "1", "c": "1"}, bad={"a": "2", "b": "2", "c": "2"})
>>> left.hear({"a": "2", "b": "2", "c": "1"}, bad=True)
>>> left.hear({"a": "2", "b": "1", "c": "1"}, bad=False)
>>> left.words
'1 of 3 upgrades is left: b'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SHOWN: Final = 4  # names that fit into a line


@dataclass(slots=True, kw_only=True)
class Narrowing:
    """The upgrades between two ends, versions by package, and those that are left of them."""

    good: Mapping[str, str]
    bad: Mapping[str, str]
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Suspect whatever differs."""
        self.left = self._moved()

    def _moved(self) -> set[str]:
        names = self.good.keys() | self.bad.keys()
        return {name for name in names if self.good.get(name) != self.bad.get(name)}

    def hear(self, versions: Mapping[str, str], *, bad: bool) -> None:
        """Take what was installed, and whether it showed what the bad end shows."""
        if bad:
            self.left = {n for n in self.left if versions.get(n) != self.good.get(n)}
        else:
            self.left = {n for n in self.left if versions.get(n) != self.bad.get(n)}

    @property
    def words(self) -> str:
        """Say who is left."""
        count = len(self._moved())
        if not self.left:
            return f"none of {count} upgrades does it alone"
        names = sorted(self.left)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        verb = "is" if len(names) == 1 else "are"
        return f"{len(names)} of {count} upgrades {verb} left: {', '.join(names[:SHOWN])}{more}"
