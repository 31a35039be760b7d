"""When an answer is too old, and when a new one tells of another world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.fresh import because, moved_on, overdue
from bot.core.model import Failure, Json, Link, Look, Observation, Phase, Probe, Reason
from tests.unit.steps.fakes import exact

DAY = datetime(2026, 1, 1, tzinfo=UTC)
PROBE = Probe(name="p", ask="script", request=None, looks=(Look(link=Link.TEXT, compare="exact"),))


def shows(value: Json) -> Observation:
    return Observation(probe="p", seen=((Link.TEXT, value),))


def fails(reason: Reason) -> Observation:
    return Observation(probe="p", failure=Failure(phase=Phase.PROBE, reason=reason, message="x"))


@pytest.mark.parametrize("days", [1, 30, 365])
def test_an_answer_is_too_old_the_moment_after_its_last_day(days: int) -> None:
    last = DAY + timedelta(days=days)
    assert not overdue(days, DAY, last)
    assert overdue(days, DAY, last + timedelta(seconds=1))
    assert because(days) == f"older than {days} days"


def test_what_has_no_moment_or_no_bound_is_never_too_old() -> None:
    late = DAY + timedelta(days=9999)
    assert not overdue(None, DAY, late)
    assert not overdue(1, None, late)
    assert not overdue(1, DAY, None)


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        (shows(1), shows(1), False),
        (shows(1), shows(2), True),
        (shows(1), fails(Reason.EXCEPTION), True),
        (fails(Reason.EXCEPTION), shows(1), True),
        (fails(Reason.CRASH), fails(Reason.CRASH), False),
        (shows(1), fails(Reason.NETWORK), False),
        (fails(Reason.ELSEWHERE), shows(1), False),
    ],
)
def test_only_what_the_stack_showed_twice_is_held_together(
    before: Observation, now: Observation, *, moved: bool
) -> None:
    assert moved_on(PROBE, [before], [now], {"exact": exact}) is moved


def test_what_was_shown_once_has_not_changed() -> None:
    assert not moved_on(PROBE, [], [shows(1)], {"exact": exact})
    assert not moved_on(PROBE, [shows(1)], [], {"exact": exact})
