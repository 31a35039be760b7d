"""Ticks in the boxes of the dashboard: what was ticked, and who did it, by the page's history.

A page is read as text that anybody may have written: only the boxes that `box` writes count, and
a tick counts as somebody's only where the edits of the page show the very edit that set it.

>>> ticks("  * [x] approve <!-- approve 0123456789abcdef -->")
(Tick(step=<Step.APPROVE: 'approve'>, finding='0123456789abcdef'),)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.life import Step
from bot.core.model import digest

STEPS: Final = (Step.APPROVE, Step.REJECT, Step.EXPECTED)  # what a box may stand for, in order

_TICKED = re.compile(
    rf"^ *[*-] \[[xX]\] [^\n]*<!-- ({'|'.join(STEPS)}) ([0-9a-f]{{16}}) --> *$", re.MULTILINE
)
_ANY = re.compile(r"^( *[*-] )\[[ xX]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A box that is ticked: the step that it asks for, of which finding."""

    step: Step
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of a page: who made it (empty: nobody knows), when, and the whole page after it."""

    who: str
    at: str
    body: str


def box(step: Step, finding: str) -> str:
    """Return the line of an empty box."""
    return f"  * [ ] {step} <!-- {step} {finding} -->"


def ticks(body: str) -> tuple[Tick, ...]:
    """Return what is ticked, each once, in the order of the page."""
    found = _TICKED.findall(plain_lines(body))
    told = (Tick(step=Step(step), finding=finding) for step, finding in found)
    return tuple(dict.fromkeys(told))


def setter(edits: Sequence[Edit], body: str, tick: Tick) -> Edit | None:
    """Return the edit that set a tick that stands in `body`; None where the edits do not show it.

    `edits` are the oldest first. The last of them must be the page as it is, and one of them the
    page without the tick: the edit after that one set it.
    """
    if not edits or plain_lines(edits[-1].body) != plain_lines(body):
        return None
    for before, after in zip(reversed(edits[:-1]), reversed(edits[1:]), strict=True):
        if tick not in ticks(before.body):
            return after if after.who and tick in ticks(after.body) else None
    return None


def unticked(body: str) -> str:
    """Return a page with every box empty: how two pages are compared, whatever was ticked."""
    return _ANY.sub(r"\1[ ]", plain_lines(body))


def plain_lines(body: str) -> str:
    """Return a page as it is compared: a tracker may change the ends of lines."""
    return "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").split("\n")).strip()


def text_digest(body: str) -> str:
    """Return the digest of a text as it is compared."""
    return digest([plain_lines(body)])
