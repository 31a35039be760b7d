from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.facts import Fact, RunEnded, RunStarted

STARTED = RunStarted(at=datetime(2026, 1, 1, tzinfo=UTC), bot="1", config="c", suite="s")
FACT = Fact(run=1, job="run start", attempt=0, body=STARTED)


def test_the_same_fact_told_twice_is_one() -> None:
    assert replace(FACT).id == FACT.id


def test_place_and_content_name_a_fact() -> None:
    others = (
        replace(FACT, run=2),
        replace(FACT, job="run end"),
        replace(FACT, attempt=1),
        replace(FACT, body=RunEnded(newly_broken=0)),
        replace(FACT, body=replace(STARTED, suite="t")),
    )
    assert len({fact.id for fact in (*others, FACT)}) == 6
