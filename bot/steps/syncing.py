"""What became of our issues where they are: read there, told as steps of their findings.

Nothing is written: what a project did with an issue is the project's word, and only that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from bot.core.entries import parts
from bot.core.facts import Answered
from bot.core.life import Life, State, Step, steps_from
from bot.core.lives import stops
from bot.core.orders import SAID
from bot.core.policy import same
from bot.forge import Issue
from bot.steps.desk import Desk


def sync(desk: Desk) -> Iterator[Life]:
    """Read every issue of ours; yield the findings that took a step. Raises `SourceError`."""
    read = cache(lambda address: desk.forge().read(address))  # many findings may share one
    for finding, life in desk.lives.items():
        if life.ours and life.state is not State.CLOSED:
            step, why = happened(life, read(life.issue))
            if step is not None and not (step is Step.REOPEN and _never_closed(desk, life)):
                yield desk.step(finding, step, why)


def _never_closed(desk: Desk, life: Life) -> bool:
    """Whether an order ended a finding, and its issue was not closed for it: not yet, or never.

    Such an issue is open all along, which is no word of anybody.
    """
    _, told, at = life.history[-1].why.rpartition(SAID)
    bodies = [fact.body for fact in desk.ledger.facts()]
    answered = any(
        isinstance(body, Answered) and body.where.startswith(f"{at} ") for body in bodies
    )
    stopped = same(parts(life.issue)[0]) in stops(desk.ledger.facts())
    return bool(told) and (stopped or not answered)


def happened(life: Life, issue: Issue) -> tuple[Step | None, str]:
    """Return the step that an issue's state tells of, and in whose words; None for nothing new."""
    who = issue.closer or "somebody"
    if issue.open:
        step, why = Step.REOPEN, "it is open again"
    elif issue.by_us and issue.reason == "completed":
        return None, ""  # it was verified; if it is seen again, that is told by whoever saw it
    elif issue.by_us:
        step, why = Step.RETRACT, "we closed it, and were interrupted"
    elif issue.reason == "not_planned":
        step, why = Step.INVALID, f"{who} closed it as not planned"
    else:
        step, why = Step.ACKNOWLEDGE, f"{who} closed it as {issue.reason or 'done'}"
    settled = life.state.settled
    if step not in steps_from(life) or (issue.open and not settled):
        return None, ""
    return step, why
