"""How long a cell has been what it is, told from what it was in each run.

>>> from datetime import UTC, datetime
>>> def past(run, word):
...     return Past(run=run, at=datetime(2026, 1, run, tzinfo=UTC), word=word)
>>> told = streak([past(1, "good"), past(2, "good"), past(3, "regressed"), past(4, "regressed")])
>>> told.last_good.run, told.first_bad.run, told.length, told.word
(2, 3, 2, 'regressed')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.core.phrases import GOOD_WORDS
from bot.core.report import Past

GOOD = "good"


def plain_word(word: str) -> str:
    """Return the word of a cell as a history holds it: all good words are one."""
    return GOOD if word in GOOD_WORDS else word


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """What a cell is now and in how many runs in a row; its last good run, the first bad since."""

    word: str = ""
    length: int = 0
    last_good: Past | None = None
    first_bad: Past | None = None


def streak(history: Sequence[Past]) -> Streak:
    """Return the streak at the end of a history, oldest first."""
    if not history:
        return Streak()
    word = history[-1].word
    same = list(takewhile(lambda one: one.word == word, reversed(history)))
    last_good = next((one for one in reversed(history) if one.word == GOOD), None)
    since = [one for one in history if last_good is None or one.run > last_good.run]
    return Streak(
        word=word,
        length=len(same),
        last_good=last_good,
        first_bad=since[0] if since else None,
    )
