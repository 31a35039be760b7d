"""No order of steps, however odd, leads a finding where it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.facts import Fact, Moved
from bot.core.life import TABLE, Event, Life, Refused, State, Step, steps_from, take
from bot.core.lives import job_of, lives
from bot.ledger.codec import decode, encode

AT = datetime(2026, 11, 23, tzinfo=UTC)
WORD = st.sampled_from(["", " ", "you", "because"])
EVENTS = st.builds(
    Event,
    step=st.sampled_from(Step),
    who=WORD,
    at=st.integers(0, 99).map(lambda hours: AT + timedelta(hours=hours)),
    why=WORD,
    about=st.sampled_from(["", "https://tracker.example/1", "1.2.3"]),
)
PUBLIC = {State.FILED, State.ACKNOWLEDGED, State.FIXED_IN, State.VERIFIED, State.CLOSED}


def walk(events: list[Event]) -> Life:
    life = Life(finding="f")
    for event in events:
        taken = take(life, event)
        life = life if isinstance(taken, Refused) else taken
    return life


def legal(life: Life) -> bool:
    """Say what must hold of any history, without looking at the table."""
    steps = [event.step for event in life.history]
    before = {step: steps[: steps.index(step)] for step in steps}
    needs = {
        Step.FILE: Step.APPROVE,
        Step.APPROVE: Step.DRAFT,
        Step.DRAFT: Step.EXPLAIN,
        Step.VERIFY: Step.FIX,
        Step.CLOSE: Step.VERIFY,
        Step.REDUCE: Step.EXPLAIN,
    }
    said = all(event.who.strip() and event.why.strip() for event in life.history)
    named = all(event.about for event in life.history if event.step in {Step.FILE, Step.FIX})
    return said and named and all(needs[s] in before[s] for s in before if s in needs)


@given(st.lists(EVENTS, max_size=60))
def test_no_history_is_illegal(events: list[Event]) -> None:
    life = walk(events)
    assert legal(life)
    assert life.state not in PUBLIC or life.issue
    assert life.state is (TABLE[life.history[-1].step][1] if life.history else State.NEW)


@given(st.data())
def test_every_step_that_is_offered_can_be_taken_and_no_other(data: st.DataObject) -> None:
    """A walk along offered steps visits states far from the start, which random steps seldom do."""
    life = Life(finding="f")
    for _ in range(data.draw(st.integers(0, 20))):
        offered = steps_from(life)
        for step in Step:
            told = Event(step=step, who="you", at=AT, why="so", about="https://x/1")
            assert isinstance(take(life, told), Life) is (step in offered)
        if not offered:
            break
        step = data.draw(st.sampled_from(offered))
        after = take(life, Event(step=step, who="you", at=AT, why="so", about="https://x/1"))
        assert isinstance(after, Life)
        life = after
    assert legal(life)


@given(st.lists(EVENTS, max_size=30))
def test_the_ledger_tells_the_same_life_and_keeps_what_was_refused(events: list[Event]) -> None:
    facts = []
    for at, event in enumerate(events):
        body = Moved(
            finding="f",
            step=event.step,
            who=event.who,
            at=event.at,
            why=event.why,
            about=event.about,
        )
        again = decode(encode(Fact(run=1, job=job_of("f"), attempt=at, body=body)))
        assert isinstance(again, Fact)
        facts.append(again)
    told = lives(facts).get("f", Life(finding="f"))
    assert told.history == walk(events).history
    assert told.state is walk(events).state
    quiet = {Step.EXPLAIN, Step.REDUCE, Step.DRAFT}
    refused = [event for event in events if event.step not in quiet]
    assert len(told.refused) == len(refused) - sum(e.step not in quiet for e in told.history)


def test_every_state_can_be_reached() -> None:
    reached, waiting = {State.NEW}, [Life(finding="f")]
    while waiting:
        life = waiting.pop()
        for step in steps_from(life):
            told = Event(step=step, who="you", at=AT, why="so", about="https://x/1")
            after = take(life, told)
            assert isinstance(after, Life)
            if after.state not in reached:
                reached.add(after.state)
                waiting.append(after)
    assert reached == set(State)


def test_a_hole_in_the_table_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: filing without approval. The judge of histories does not look at the table."""
    hole = {**TABLE, Step.FILE: (frozenset({State.DRAFTED}), State.FILED)}
    monkeypatch.setattr("bot.core.life.TABLE", hole)
    steps = (Step.EXPLAIN, Step.DRAFT, Step.FILE)
    told = [Event(step=step, who="you", at=AT, why="so", about="https://x/1") for step in steps]
    assert walk(told).state is State.FILED
    assert not legal(walk(told))
