from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.facts import (
    Body,
    Drafted,
    Explained,
    Fact,
    Moved,
    Reduced,
    RunEnded,
    RunStarted,
    Stopped,
)
from bot.core.life import State, Step
from bot.core.lives import job_of, lives, next_attempt, stops
from bot.core.outcome import Ending, Explanation

AT = datetime(2026, 11, 23, tzinfo=UTC)
F = "5f0c" * 4


def facts(*bodies: tuple[str, Body], run: int = 1) -> list[Fact]:
    return [Fact(run=run, job=job, attempt=0, body=body) for job, body in bodies]


def run_of(*, drafted: bool = True, verified: bool = True, run: int = 1) -> list[Fact]:
    """A run's facts as the ledger orders them: by job, so its beginning is not the first."""
    found = Explanation(ending=Ending.CONCLUSIVE)
    proof = Reduced(
        finding=f"{F}-1",
        request="r",
        repro="b",
        fails="",
        passes="",
        verified=verified,
        calls=1,
    )
    draft = Drafted(finding=F, target="https://forge/o/r", title="t", body="b")
    return facts(
        (f"explain {F}-1", Explained(finding=f"{F}-1", explanation=found)),
        ("explain good", Explained(finding="900d-1", explanation=found)),
        (f"reduce {F}-1", proof),
        ("run", RunStarted(at=AT + timedelta(days=run), bot="1", config="", suite="")),
        ("run", RunEnded(newly_broken=1, broken=(F, "other"))),
        *([(f"track {F}", draft)] if drafted else []),
        run=run,
    )


def test_a_ledger_from_before_there_were_lives_tells_them() -> None:
    told = lives(run_of())
    assert list(told) == [F, "other"]
    assert [event.step for event in told[F].history] == [Step.EXPLAIN, Step.REDUCE, Step.DRAFT]
    assert {(event.who, event.at) for event in told[F].history} == {
        ("stackmatrix 1", AT + timedelta(days=1))
    }
    assert all(event.why for event in told[F].history)
    assert told["other"].state is State.NEW


def test_a_proof_that_does_not_hold_reduces_nothing() -> None:
    assert lives(run_of(drafted=False, verified=False))[F].state is State.EXPLAINED


def test_what_is_found_again_changes_nothing() -> None:
    told = lives([*run_of(), *run_of(run=2)])
    assert told[F] == lives(run_of())[F]


def test_a_step_of_a_person_counts_after_what_the_run_told() -> None:
    moved = Moved(finding=F, step=Step.APPROVE, who="you", at=AT, why="good")
    mine = Fact(run=1, job=job_of(F), attempt=0, body=moved)
    told = lives(sorted([mine, *run_of()], key=lambda fact: (fact.run, fact.job, fact.attempt)))
    assert told[F].state is State.APPROVED
    assert next_attempt([mine], 1, F) == 1
    assert next_attempt([mine], 2, F) == 0


def test_an_impossible_step_in_a_ledger_is_kept_and_does_nothing() -> None:
    moved = Moved(finding=F, step=Step.CLOSE, who="you", at=AT, why="?")
    told = lives([*run_of(), Fact(run=1, job=job_of(F), attempt=0, body=moved)])
    assert told[F].state is State.DRAFTED
    assert [event.step for event in told[F].refused] == [Step.CLOSE]


def test_the_first_stop_counts() -> None:
    words = [Stopped(target="t", who=who, at=AT, why="enough") for who in ("a", "b")]
    told = stops(facts(*((f"stop {word.who}", word) for word in words)))
    assert {target: word.who for target, word in told.items()} == {"t": "a"}
