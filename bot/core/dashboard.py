"""The dashboard: one page in the user's own repository, readable whatever the number of findings.

It holds no clock: the same findings and answers give the same page, so that a page is written
only when something changed.

>>> board = Board(lines=(Line(finding="0123456789abcdef", state=State.DRAFTED, title="t"),))
>>> from bot.core.draft import named
>>> "* [ ] approve <!-- approve 0123456789abcdef -->" in render(board)
True
>>> named(render(board)) == PAGE
True
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.brakes import Brake
from bot.core.draft import LIMIT
from bot.core.life import State, Step
from bot.core.model import digest
from bot.core.sanitise import code, inline
from bot.core.ticks import box

PAGE: Final = digest(["the dashboard of stackmatrix"])[:16]  # the page's fingerprint
TITLE: Final = "stackmatrix: findings, and what becomes of them"
ANSWERS = 20  # the last of them that are shown

_BOXES: Final = {
    State.DRAFTED: (Step.APPROVE, Step.REJECT, Step.EXPECTED),
    State.APPROVED: (Step.REJECT, Step.EXPECTED),
}
_SECTIONS: Final = (
    ("Waiting for a word of yours", frozenset({State.DRAFTED})),
    ("Approved, and on their way", frozenset({State.APPROVED})),
    (
        "Filed",
        frozenset({State.FILED, State.ACKNOWLEDGED, State.REOPENED}),
    ),
    ("Mended, or being tested", frozenset({State.FIXED_IN, State.VERIFIED})),
    ("Not drafted yet", frozenset({State.NEW, State.EXPLAINED, State.REDUCED})),
    (
        "Settled",
        frozenset(
            {State.CLOSED, State.DUPLICATE, State.INVALID, State.EXPECTED, State.WITHDRAWN},
        ),
    ),
)
_FOLDED: Final = frozenset({"Settled", "Not drafted yet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding as the page shows it; `title` and `note` may be a stranger's text."""

    finding: str
    state: State
    title: str = ""
    target: str = ""
    way: str = ""
    issue: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that the page shows; `private` counts findings that may not be shown there."""

    lines: tuple[Line, ...] = ()
    answers: tuple[str, ...] = ()  # the newest last
    brakes: tuple[Brake, ...] = ()
    queued: tuple[str, ...] = ()
    private: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How many of a section are shown with boxes, and how many more folded, without."""

    shown: int
    folded: int
    width: int


_STAGES = (
    _Room(shown=30, folded=300, width=160),
    _Room(shown=25, folded=120, width=120),
    _Room(shown=15, folded=40, width=100),
    _Room(shown=8, folded=0, width=80),
    _Room(shown=2, folded=0, width=60),
)


def render(board: Board) -> str:
    """Return the page, in markdown: at most `LIMIT` characters, by stages."""
    text = ""
    for room in _STAGES:
        text = "\n\n".join(_parts(board, room)) + "\n"
        if len(text) <= LIMIT:
            return text
    return text


def _parts(board: Board, room: _Room) -> Iterator[str]:
    yield (
        "Written by stackmatrix, a bot, and edited in place. Tick a box to decide; a tick counts "
        "when it is read, from people who may write here, and is answered below. An approved "
        "finding goes only as far as `policy` in `matrix.yaml` and the project itself allow. The "
        "label `stackmatrix-stop` on an open issue of this repository stops everything."
    )
    yield _counts(board)
    for heading, states in _SECTIONS:
        lines = [line for line in board.lines if line.state in states]
        if lines:
            yield f"## {heading} ({len(lines)})"
            yield from _section(lines, room, folded=heading in _FOLDED)
    if board.private:
        yield (
            f"{board.private} more may be no matter for the public: "
            "`stackmatrix issues list` shows them."
        )
    yield from _listed("Asked to be tested", board.queued)
    yield from _brakes(board.brakes)
    yield from _listed("Answers to ticks", tuple(reversed(board.answers[-ANSWERS:])))
    yield f"Page: `{PAGE}`"


def _counts(board: Board) -> str:
    told = [
        f"{sum(line.state in states for line in board.lines)} {heading.lower()}"
        for heading, states in _SECTIONS
        if any(line.state in states for line in board.lines)
    ]
    return f"Findings: {'; '.join(told) or 'none'}."


def _section(lines: Sequence[Line], room: _Room, *, folded: bool) -> Iterator[str]:
    shown = 0 if folded else room.shown
    if lines[:shown]:
        yield "\n".join(text for line in lines[:shown] for text in _line(line, room.width))
    more = lines[shown : shown + room.folded]
    if more:
        told = "\n".join(_told(line, room.width) for line in more)
        yield f"<details><summary>{len(more)} more</summary>\n\n{told}\n\n</details>"
    left = len(lines) - shown - len(more)
    if left > 0:
        yield f"And {left} more, which `stackmatrix issues list --all` shows."


def _line(line: Line, width: int) -> Iterator[str]:
    yield _told(line, width)
    yield from (box(step, line.finding) for step in _BOXES.get(line.state, ()))


def _told(line: Line, width: int) -> str:
    title = inline(line.title, width=width) or "no title"
    there = f", {line.state} at {inline_link(line.issue)}" if line.issue else f", {line.state}"
    target = f", for {code(line.target, width=120)}" if line.target else ""
    way = f" ({line.way})" if line.way else ""
    note = f"; {inline(line.note, width=width)}" if line.note else ""
    return f"* `{line.finding}` {title}{target}{way}{there}{note}"


def inline_link(address: str) -> str:
    """Return an issue's address so that naming it marks nothing there."""
    return address.replace("https://github.com/", "https://redirect.github.com/", 1)


def _brakes(brakes: Sequence[Brake]) -> Iterator[str]:
    if brakes:
        yield "## What became of what was filed"
        head = (
            "| Target | Filed | Fixed | Invalid | Ignored | Accepted |",
            "|---|--:|--:|--:|--:|---|",
        )
        rows = [
            f"| {code(each.target, width=120)} | {each.filed} | {each.fixed} | {each.invalid} "
            f"| {each.ignored} | {each.acceptance} |"
            for each in brakes[:ANSWERS]
        ]
        yield "\n".join((*head, *rows))


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"## {heading}"
        yield "\n".join(f"* {inline(line)}" for line in lines[:ANSWERS])
