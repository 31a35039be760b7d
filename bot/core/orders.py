r"""What people tell the bot in comments on its issues: a few words, read strictly.

A comment of one line is an order where it is exactly that; in a longer one, a line that begins
with the bot's name is. Quotations and code are nobody's order, and neither is prose.

>>> read("fix 2.1.0")
(Order(word=<Word.FIX: 'fix'>, about='2.1.0'),)
>>> read("Thank you!\n\nstackmatrix invalid the model is ours")
(Order(word=<Word.INVALID: 'invalid'>, about='the model is ours'),)
>>> read("I expected more, but stop there: fix 2 things first")
()
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Word(StrEnum):
    """An order; `stop` is always obeyed first."""

    STOP = "stop"
    FIX = "fix"
    DUP = "dup"
    INVALID = "invalid"
    EXPECTED = "expected"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A word and what it names: a version, an issue, or a reason; empty where it names nothing."""

    word: Word
    about: str = ""


SAID: Final = "said at "  # before the address of an order, in the reason of its step
LONGEST: Final = 300  # characters of a reason
_VERSION = r"v?\d(?:[A-Za-z0-9._+!-]{0,60}[A-Za-z0-9])?"
_FORMS: Final = (
    (Word.STOP, re.compile(r"stop[.!]?", re.IGNORECASE)),
    (Word.FIX, re.compile(rf"fix(?:ed in)?:? ({_VERSION})\.?", re.IGNORECASE)),
    (Word.TEST, re.compile(rf"test:? ({_VERSION})\.?", re.IGNORECASE)),
    (
        Word.DUP,
        re.compile(
            r"(?:dup|duplicate)(?: of)?:? (#\d{1,9}|https://github\.com/[\w.-]+/[\w.-]+/issues/\d{1,9})\.?",
            re.IGNORECASE,
        ),
    ),
    (Word.EXPECTED, re.compile(r"expected[.!]?", re.IGNORECASE)),
    (Word.INVALID, re.compile(rf"invalid:? (\S.{{0,{LONGEST}}})", re.IGNORECASE)),
)
_NAME = re.compile(r"[/@]?stackmatrix[:,]? +(.+)", re.IGNORECASE)
_FENCE = re.compile(r"(`{3,}|~{3,})")


def read(comment: str) -> tuple[Order, ...]:
    """Return the orders of a comment, each once; a stop comes first."""
    lines = [line.strip() for line in _own(comment) if line.strip()]
    alone = len(lines) == 1
    found = [order for line in lines if (order := _order(line, alone=alone))]
    return tuple(sorted(dict.fromkeys(found), key=lambda order: order.word is not Word.STOP))


def _own(comment: str) -> Iterator[str]:
    """Yield the lines that whoever wrote the comment says: no quotation, no code."""
    fence = ""
    for line in comment.replace("\r\n", "\n").split("\n"):
        marks = _FENCE.match(line.strip())
        if marks and not fence:
            fence = marks[1]
        elif fence:
            fence = "" if line.strip() == fence else fence
        elif not line.startswith((">", "    ", "\t")):
            yield line


def _order(line: str, *, alone: bool) -> Order | None:
    named = _NAME.fullmatch(line)
    told = named[1] if named else line if alone else ""
    told = told.strip().strip("`").strip()
    for word, form in _FORMS:
        found = form.fullmatch(told)
        if found:
            return Order(word=word, about=found[1] if form.groups else "")
    return None
