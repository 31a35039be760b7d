"""What the cells of a plan have to download, by what an index says of its files.

A size is of the largest wheel that its name says to be for this machine; which one an installer
takes is for it to say. What an environment that is kept here has already is not downloaded again.

>>> from bot.core.model import Closure, Pin
>>> closure = Closure(pins=(Pin(name="tea", version="1.0"), Pin(name="cup", version="2.0")))
>>> files = {"tea==1.0": ("tea-1.0-py3-none-any.whl", 4_200_000)}
>>> print(total(needed(closure, files)))
4.2 MB, and 1 file of unknown size
>>> print(total(needed(closure, files, here=frozenset({"cup==2.0"}))))
4.2 MB
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.core.model import Closure
from bot.core.wheels import served

MEGABYTE: Final = 1_000_000  # as disks and lines are sold
Sizes: TypeAlias = Mapping[str, int | None]  # bytes by the name of a file; None is not known
Files: TypeAlias = Mapping[str, tuple[str, int | None] | None]  # the file of each `name==version`


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Bytes that are known, and of how many files nobody knows them."""

    known: int = 0
    unknown: int = 0

    def __str__(self) -> str:
        """Say it in words."""
        known = f"{self.known / MEGABYTE:.1f} MB"
        if not self.unknown:
            return known
        files = "1 file" if self.unknown == 1 else f"{self.unknown} files"
        return f"{known}, and {files} of unknown size" if self.known else "not known"


def needed(closure: Closure, files: Files, here: Collection[str] = ()) -> Sizes:
    """Return what of a closure has to come, by file, or by `name==version` where none is known.

    What is `here`, by `name==version`, has not to come.
    """
    wanted = [str(pin) for pin in closure.pins if str(pin) not in here]
    return dict(files.get(pin) or (pin, None) for pin in wanted)


def total(files: Sizes) -> Total:
    """Return what files come to, each counted once."""
    known = [size for size in files.values() if size is not None]
    return Total(known=sum(known), unknown=len(files) - len(known))


def together(parts: Iterable[Sizes]) -> Sizes:
    """Return what several cells need together: what two of them share comes once."""
    return {name: size for part in parts for name, size in part.items()}


def wheel(files: Sizes, python: str, machine: str) -> tuple[str, int | None] | None:
    """Return the wheel among `files` that is for Python `python` on `machine`, and its bytes.

    Of several it is the largest; of unknown size where one of them is, None where none fits.

    >>> files = {"tea-1-py3-none-any.whl": 10, "tea-1-cp311-cp311-win_amd64.whl": 99}
    >>> wheel(files, "3.11", "linux_x86_64")
    ('tea-1-py3-none-any.whl', 10)
    """
    fitting = {name: size for name, size in files.items() if served([name], python, machine)}
    if not fitting:
        return None
    name, size = max(fitting.items(), key=lambda one: (one[1] or 0, one[0]))
    return name, None if None in fitting.values() else size
