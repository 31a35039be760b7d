"""Which files hold which runs: segments, one a run, and folds of many.

    facts/000101.ndjson          a segment: the last run, and what came late to an earlier one
    facts/000097-000100.fold     a fold of the runs from 97 to 100

What a run told is what its fold says, then its segment. A line counts once, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.ledger.fold import STARTED, Fold, FoldError

FACTS: Final = "facts"
_SEGMENT = re.compile(r"(\d{6,9})\.ndjson", re.ASCII)
_FOLD = re.compile(r"(\d{6,9})-(\d{6,9})\.fold", re.ASCII)


def span(name: str) -> tuple[int, int] | None:
    """Return the first and the last run that a file of this name may hold; None: no file of ours.

    >>> span("000007.ndjson"), span("000001-000016.fold"), span("notes.txt")
    ((7, 7), (1, 16), None)
    """
    if one := _SEGMENT.fullmatch(name):
        return int(one[1]), int(one[1])
    several = _FOLD.fullmatch(name)
    return (int(several[1]), int(several[2])) if several else None


def segment_name(run: int) -> str:
    """Return the name of the segment of a run."""
    return f"{run:06d}.ndjson"


def fold_name(first: int, last: int) -> str:
    """Return the name of the fold of the runs from `first` to `last`."""
    return f"{first:06d}-{last:06d}.fold"


def text(content: bytes) -> list[str]:
    """Return the whole lines of a segment; bytes that are no text come back by `content`."""
    return content[: content.rfind(b"\n") + 1].decode("utf-8", "surrogateescape").split("\n")[:-1]


def content(lines: Iterable[str]) -> bytes:
    """Return lines as the bytes of a segment."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def _held_to(fold: Fold) -> Fold:
    """Return a fold that holds the runs of its name. Raises `FoldError` for any other."""
    first, last = span(fold.path.name) or (0, -1)
    if not all(first <= run <= last for run in fold.runs):
        raise FoldError(f"{fold.path.name} cannot be read: it holds other runs than its name says")
    return fold


@dataclass(slots=True)
class Runs:
    """The runs in a folder of facts; what is damaged is told in `notices`, and left alone."""

    folder: Path
    names: tuple[str, ...] = ()
    notices: list[str] = field(default_factory=list)
    _folds: dict[str, Fold | None] = field(default_factory=dict)
    _reading: Fold | None = None

    @classmethod
    def at(cls, folder: Path, names: Iterable[str] | None = None) -> Runs:
        """Look at a folder, or at some of its files."""
        found = [path.name for path in folder.glob("[0-9]*")] if names is None else names
        return cls(folder, tuple(sorted(name for name in found if span(name))))

    def fold(self, name: str) -> Fold | None:
        """Return an opened fold; None where it is damaged."""
        if name not in self._folds:
            try:
                self._folds[name] = _held_to(Fold(self.folder / name))
            except FoldError as fault:
                self.notices.append(f"{fault}; its runs are passed over, and the file is kept")
                self._folds[name] = None
        return self._folds[name]

    @property
    def last_folded(self) -> int:
        """The last run that a fold may hold by its name, whether it can be read or not."""
        spans = (span(name) for name in self.names if name.endswith(".fold"))
        return max((at[1] for at in spans if at), default=0)

    def folds(self) -> Iterator[tuple[str, Fold]]:
        """Yield the folds that can be read, oldest runs first."""
        for name in self.names:
            fold = self.fold(name) if name.endswith(".fold") else None
            if fold is not None:
                yield name, fold

    def holders(self) -> dict[int, list[str]]:
        """Return the files of each run: folds first, then its segment."""
        held: dict[int, list[str]] = {}
        for name, fold in self.folds():
            for run in fold.runs:
                held.setdefault(run, []).append(name)
        for name in self.names:
            if one := _SEGMENT.fullmatch(name):
                held.setdefault(int(one[1]), []).append(name)
        return dict(sorted(held.items()))

    def of(self, run: int, names: Iterable[str]) -> list[str]:
        """Return the lines of a run in some of its files, each once. Raises `FoldError`."""
        lines: list[str] = []
        for name in names:
            fold = self.fold(name) if name.endswith(".fold") else None
            if fold is not None:
                if self._reading is not None and self._reading is not fold:
                    self._reading.forget()
                self._reading = fold
                lines += fold.lines(run)
            elif name.endswith(".ndjson"):
                lines += text((self.folder / name).read_bytes())
        return [*dict.fromkeys(lines)]

    def begun(self, run: int, names: Iterable[str]) -> str:
        """Return the line by which a run tells who it is; "" where it has none."""
        for name in names:
            fold = self.fold(name) if name.endswith(".fold") else None
            if fold is not None:
                lines = [fold.line(run, row) for row in fold.rows(run)]
            else:
                lines = text((self.folder / name).read_bytes())
            if line := next((one for one in lines if STARTED in one), ""):
                return line
        return ""
