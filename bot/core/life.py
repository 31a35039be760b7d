"""The life of a finding: which steps it can take, and which state they lead to.

A state is never stored. It is what the steps that were told add up to, each with who took it,
when and why; a step that cannot be taken from where a finding stands is refused, with the reason.

>>> from datetime import UTC, datetime
>>> at = datetime(2026, 11, 23, tzinfo=UTC)
>>> told = Event(step=Step.EXPLAIN, who="stackmatrix 1", at=at, why="conclusive")
>>> life = take(Life(finding="5f0c"), told)
>>> life.state.value
'explained'
>>> take(life, Event(step=Step.FILE, who="you", at=at, why="now", about="https://x/1")).why
'`file` cannot follow explained: only approved'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a finding stands."""

    NEW = "new"
    EXPLAINED = "explained"
    REDUCED = "reduced"
    DRAFTED = "drafted"
    APPROVED = "approved"
    FILED = "filed"
    ACKNOWLEDGED = "acknowledged"
    FIXED_IN = "fixed-in"
    VERIFIED = "verified"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    EXPECTED = "expected"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"

    @property
    def settled(self) -> bool:
        """Whether nobody has to act on it any more."""
        return self in SETTLED


SETTLED: Final = frozenset(
    {State.CLOSED, State.DUPLICATE, State.INVALID, State.EXPECTED, State.WITHDRAWN}
)


class Step(StrEnum):
    """What can happen to a finding; a person, the bot or the tracker takes it."""

    EXPLAIN = "explain"
    REDUCE = "reduce"
    DRAFT = "draft"
    APPROVE = "approve"
    HOLD = "hold"
    REJECT = "reject"
    FILE = "file"
    LINK = "link"
    ACKNOWLEDGE = "acknowledge"
    FIX = "fix"
    VERIFY = "verify"
    CLOSE = "close"
    INVALID = "invalid"
    EXPECTED = "expected"
    RETRACT = "retract"
    REOPEN = "reopen"


_WAITING = frozenset({State.DRAFTED, State.APPROVED})
_OPEN = frozenset({State.FILED, State.ACKNOWLEDGED, State.REOPENED})

TABLE: Final[Mapping[Step, tuple[frozenset[State], State]]] = {
    Step.EXPLAIN: (frozenset({State.NEW}), State.EXPLAINED),
    Step.REDUCE: (frozenset({State.EXPLAINED}), State.REDUCED),
    Step.DRAFT: (frozenset({State.EXPLAINED, State.REDUCED}), State.DRAFTED),
    Step.APPROVE: (frozenset({State.DRAFTED}), State.APPROVED),
    Step.HOLD: (frozenset({State.APPROVED}), State.DRAFTED),
    Step.REJECT: (_WAITING, State.WITHDRAWN),
    Step.FILE: (frozenset({State.APPROVED}), State.FILED),
    Step.LINK: (_WAITING | _OPEN, State.DUPLICATE),
    Step.ACKNOWLEDGE: (frozenset({State.FILED, State.REOPENED}), State.ACKNOWLEDGED),
    Step.FIX: (_OPEN, State.FIXED_IN),
    Step.VERIFY: (frozenset({State.FIXED_IN}), State.VERIFIED),
    Step.CLOSE: (frozenset({State.VERIFIED}), State.CLOSED),
    Step.INVALID: (_OPEN, State.INVALID),
    Step.EXPECTED: (_WAITING | _OPEN, State.EXPECTED),
    Step.RETRACT: (_OPEN | {State.FIXED_IN}, State.WITHDRAWN),
    Step.REOPEN: (SETTLED | {State.FIXED_IN, State.VERIFIED}, State.REOPENED),
}
_ISSUE = {Step.FILE, Step.LINK}  # what these name is an issue
_NEEDS: Final[Mapping[Step, str]] = {
    Step.FILE: "the address of the issue",
    Step.LINK: "the address of the issue that is the same",
    Step.FIX: "the version that mends it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step: who took it, when, why, and what it names: an issue's address, or a version."""

    step: Step
    who: str
    at: datetime
    why: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A finding's steps so far, in order, and those that were told and could not be taken."""

    finding: str
    state: State = State.NEW
    history: tuple[Event, ...] = ()
    refused: tuple[Event, ...] = ()

    @property
    def issue(self) -> str:
        """The address of the issue that it is, or was linked to; empty before."""
        told = (each.about for each in reversed(self.history) if each.step in _ISSUE)
        return next(told, "")

    @property
    def ours(self) -> bool:
        """Whether the issue was filed for it, so that it may be edited and closed."""
        mine = [each.step for each in self.history if each.step in _ISSUE]
        return bool(mine) and mine[-1] is Step.FILE

    def when(self, *steps: Step) -> datetime | None:
        """Return when one of these steps was last taken."""
        return next((each.at for each in reversed(self.history) if each.step in steps), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A step that cannot be taken, and why; nothing has changed."""

    why: str


def take(life: Life, event: Event) -> Life | Refused:
    """Return the life after one more step, or why it cannot be taken."""
    why = _obstacle(life, event)
    if why:
        return Refused(why=why)
    return replace(life, state=TABLE[event.step][1], history=(*life.history, event))


def steps_from(life: Life) -> tuple[Step, ...]:
    """Return the steps that can be taken from where a finding stands, in their order."""
    return tuple(
        step
        for step, (states, _) in TABLE.items()
        if life.state in states and not _unfiled(life, step)
    )


def _obstacle(life: Life, event: Event) -> str:
    states, _ = TABLE[event.step]
    if life.state not in states:
        known = ", ".join(state.value for state in State if state in states)
        return f"`{event.step}` cannot follow {life.state}: only {known}"
    if _unfiled(life, event.step):
        return f"`{event.step}` needs an issue, and none was filed or linked"
    missing = [word for word, told in (("who", event.who), ("why", event.why)) if not told.strip()]
    if missing:
        return f"`{event.step}` does not say {' and '.join(missing)}"
    if event.step in _NEEDS and not event.about:
        return f"`{event.step}` needs {_NEEDS[event.step]}"
    return ""


def _unfiled(life: Life, step: Step) -> bool:
    """Whether a step speaks of an issue that there has never been."""
    return step is Step.REOPEN and not life.issue
