r"""Smaller texts: fewer words, then fewer letters at either end.

>>> words("a  b\n")
['a', '  b', '\n']
>>> cut("boom", front=1, back=2)
'o'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import Literal, TypeAlias, TypeVar

End: TypeAlias = Literal["front", "back"]
Key = TypeVar("Key", bound=Hashable)

LONG = 12  # letters: a text of no more is short enough
_BLANK = " \t\n"


def words(text: str) -> list[str]:
    """Return the words of a text, each with the space before it; together they are the text."""
    return re.findall(rf"[{_BLANK}]*[^{_BLANK}]+|[{_BLANK}]+$", text)


def without(text: str, gone: Collection[int]) -> str:
    """Return `text` less some of its words; it begins without a space if it did before."""
    left = "".join(word for at, word in enumerate(words(text)) if at not in gone)
    return left if text[:1] in _BLANK else left.lstrip(_BLANK)


def cut(text: str, *, front: int = 0, back: int = 0) -> str:
    """Return `text` less so many letters at each end."""
    return text[front : len(text) - back]


def gallop(lengths: Callable[[], Mapping[Key, int]]) -> Iterator[list[tuple[Key, End, int]]]:
    """Yield cuts to try together: one letter, then twice as many while that goes well, then back.

    `lengths` tells how long each text is now; only those that are long at first are cut, and no
    cut takes a whole text.
    """
    ends: tuple[End, ...] = ("front", "back")
    long = {key for key, length in lengths().items() if length > LONG}
    for end in ends:
        size, left = 1, long
        while left:
            before = lengths()
            yield [(key, end, size) for key in before if key in left and size < before[key]]
            now = lengths()
            left = {key for key in left if now.get(key, 0) < before.get(key, 0)}
            size *= 2
        while size := size // 2:
            yield [(key, end, size) for key, now in lengths().items() if key in long and size < now]
