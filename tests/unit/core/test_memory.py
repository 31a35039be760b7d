"""The fold of facts: what the ledger says now, whatever way it came to say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.carried import Carried, Reached, Refuted
from bot.core.facts import (
    Body,
    CellDone,
    CellStopped,
    Closed,
    Drafted,
    Explained,
    Fact,
    Observed,
    Planned,
    Reduced,
    ReleaseSeen,
    RunEnded,
    RunStarted,
    Tried,
)
from bot.core.memory import Memory
from bot.core.model import (
    Cell,
    Closure,
    Conflict,
    Failure,
    Observation,
    Phase,
    Reason,
    Release,
)
from bot.core.outcome import Ending, Explanation

DAY = datetime(2026, 1, 1, tzinfo=UTC)
STARTED = RunStarted(at=DAY, bot="1", config="", suite="")
CELL = Cell(
    row="chat",
    components=(("e", "1"),),
    closure=Closure(pins=()),
    backend="cpu",
    model="m",
    interpreter="3.11",
)
KEY = CELL.key
DONE = CellDone(cell=KEY, environment="uv", seconds=1.0)
RELEASE = Release(component="e", version="1", uploaded=DAY, origin="x")


def observed(probe: str = "p", log: str = "", sequence: str = "a") -> Observed:
    return Observed(
        cell=KEY, probe=probe, sequence=sequence, observation=Observation(probe=probe, log=log)
    )


def memory(*facts: Fact) -> Memory:
    return Memory().fold(facts)


def fact(body: Body, *, run: int = 1, job: str = "job", attempt: int = 0) -> Fact:
    return Fact(run=run, job=job, attempt=attempt, body=body)


def test_runs_that_ended_and_the_one_before() -> None:
    known = memory(
        fact(STARTED, run=1),
        fact(RunEnded(newly_broken=0), run=1),
        fact(STARTED, run=2),
        fact(STARTED, run=3),
        fact(RunEnded(newly_broken=1), run=3),
        fact(STARTED, run=4),
    )
    assert set(known.ended) == {1, 3}
    assert list(known.runs) == [1, 2, 3, 4]
    assert [known.earlier(run) for run in (1, 2, 3, 4)] == [None, 1, 1, 3]


def test_a_release_told_again_counts_from_its_first_run() -> None:
    yanked = replace(RELEASE, yanked="broken")
    known = memory(
        fact(ReleaseSeen(release=RELEASE), run=1), fact(ReleaseSeen(release=yanked), run=5)
    )
    assert known.releases == {("e", "1"): yanked}
    assert known.first_seen == {("e", "1"): 1}


def test_a_cell_counts_when_it_is_done() -> None:
    open_ = memory(fact(observed()))
    assert KEY not in open_.cells
    assert not open_.executed
    known = open_.fold([fact(DONE)])
    assert known.cells[KEY].seen == {"p": [Observation(probe="p")]}
    assert known.cells[KEY].done == DONE
    assert known.executed == {1: {KEY}}


def test_what_a_killed_attempt_saw_does_not_count() -> None:
    known = memory(
        fact(observed(log="killed"), attempt=0),
        fact(observed(log="whole"), attempt=1),
        fact(observed(log="whole again", sequence="b"), attempt=1),
        fact(DONE, attempt=1),
    )
    assert [one.log for one in known.cells[KEY].seen["p"]] == ["whole", "whole again"]


def test_two_cells_at_a_time_keep_apart() -> None:
    other = replace(observed(log="other"), cell="another")
    known = memory(
        fact(observed(log="mine"), job="one"),
        fact(other, job="two"),
        fact(replace(DONE, cell="another"), job="two"),
        fact(DONE, job="one"),
    )
    assert [one.log for one in known.cells[KEY].seen["p"]] == ["mine"]
    assert [one.log for one in known.cells["another"].seen["p"]] == ["other"]


def test_a_later_run_adds_probes_and_replaces_answers() -> None:
    known = memory(
        fact(observed("old", log="1")),
        fact(observed("both", log="1")),
        fact(DONE),
        fact(observed("both", log="2"), run=2),
        fact(observed("new", log="2"), run=2),
        fact(DONE, run=2),
    )
    seen = {probe: [one.log for one in ones] for probe, ones in known.cells[KEY].seen.items()}
    assert seen == {"old": ["1"], "both": ["2"], "new": ["2"]}
    assert known.executed == {1: {KEY}, 2: {KEY}}


def test_a_cell_that_stopped_was_executed() -> None:
    failure = Failure(phase=Phase.START, reason=Reason.CRASH, message="SIGSEGV")
    stopped = CellStopped(cell=KEY, sequence="a", failure=failure)
    known = memory(fact(stopped))
    assert known.cells[KEY].stopped == stopped
    assert known.cells[KEY].done is None
    assert known.executed == {1: {KEY}}


def test_what_stopped_an_earlier_attempt_stops_nothing_any_more() -> None:
    failure = Failure(phase=Phase.INSTALL, reason=Reason.NETWORK, message="no route")
    stopped = CellStopped(cell=KEY, sequence="a", failure=failure)
    known = memory(fact(stopped), fact(observed(), attempt=1), fact(DONE, attempt=1))
    assert known.cells[KEY].stopped is None
    again = memory(fact(stopped), fact(replace(stopped, sequence="b"), attempt=1)).fold(
        [fact(DONE, attempt=1)]
    )
    assert again.cells[KEY].stopped == replace(stopped, sequence="b")


def test_plans_by_row_trigger_and_backend() -> None:
    base = Planned(row="chat", trigger="baseline", cell=CELL, against="")
    vulkan = replace(base, cell=replace(CELL, backend="vulkan"))
    lost = Planned(row="chat", trigger="e==2", cell=None, against="", conflict="e needs c<1")
    known = memory(fact(base), fact(vulkan), fact(lost), fact(base, run=2))
    assert known.planned[1] == {
        ("chat", "baseline", "cpu"): base,
        ("chat", "baseline", "vulkan"): vulkan,
        ("chat", "e==2", ""): lost,
    }
    assert known.planned[2] == {("chat", "baseline", "cpu"): base}
    assert set(known.stacks) == {CELL.key, replace(CELL, backend="vulkan").key}


def test_the_rest_is_kept_by_name_and_the_last_word_counts() -> None:
    closed = Closed(key="k", asked=("e==1",), answer=Conflict(why="no"), at=DAY)
    tried = Tried(search="s", trial="t", observation=None, conflict="no")
    explained = Explained(finding="f", explanation=Explanation(ending=Ending.UNEXPLAINED))
    later = Explained(finding="f", explanation=Explanation(ending=Ending.CONCLUSIVE))
    reduced = Reduced(
        finding="f", request="", repro="", fails="", passes="", verified=True, calls=3
    )
    drafted = Drafted(finding="f", target="x", title="", body="")
    known = memory(*(fact(body) for body in (closed, tried, explained, reduced, drafted, later)))
    assert known.closed == {"k": closed}
    assert known.tried == {("s", "t"): tried}
    assert known.explained == {"f": later}
    assert known.reduced == {"f": reduced}
    assert known.drafted == {"f": drafted}


def test_attempts_count_from_nought_for_each_job_of_each_run() -> None:
    known = memory(fact(observed(), attempt=0), fact(observed(), attempt=3), fact(STARTED, run=2))
    assert known.attempt(1, "job") == 4
    assert known.attempt(1, "other") == 0
    assert known.attempt(2, "job") == 1
    assert known.attempt(3, "job") == 0


def test_folding_piece_by_piece_is_folding_at_once() -> None:
    facts = [fact(STARTED), fact(observed()), fact(DONE), fact(RunEnded(newly_broken=0))]
    piecewise = Memory()
    for each in facts:
        piecewise.add(each)
    assert piecewise == memory(*facts)


def test_what_a_cell_showed_long_ago_is_asked_for_when_it_is_needed() -> None:
    asked: list[tuple[int, str, int]] = []

    def then(run: int, job: str, attempt: int) -> list[Observed]:
        asked.append((run, job, attempt))
        return [observed("p", "old"), observed("q", "old")]

    facts = [Fact(run=1, job=KEY, attempt=0, body=DONE), Fact(run=2, job=KEY, attempt=0, body=DONE)]
    told = Memory(told_then=then).fold(facts)
    assert told.cells[KEY].done == DONE
    assert asked == []
    assert {*told.cells[KEY].seen} == {*told.cells[KEY].seen} == {"p", "q"}
    assert asked == [(1, KEY, 0), (2, KEY, 0)]


def test_what_a_cell_shows_now_comes_after_what_it_showed_long_ago() -> None:
    told = Memory(told_then=lambda *_: [observed("p", "old"), observed("q", "old")])
    told.add(Fact(run=1, job=KEY, attempt=0, body=DONE))
    for body in (observed("p", "new"), DONE):
        told.add(Fact(run=2, job=KEY, attempt=0, body=body))
    assert [one.log for one in told.cells[KEY].seen["p"]] == ["new"]
    assert [one.log for one in told.cells[KEY].seen["q"]] == ["old"]


def test_what_an_attempt_reached_and_carried_counts_with_it_and_a_doubt_at_once() -> None:
    reach = Reached(cell=KEY, idle=(("a", ("a",)),), late=(("p", ()),))
    carried = Carried(cell=KEY, source="b", moved=("a",), probes=("q",), since=1)
    told = memory(
        fact(reach, attempt=0), fact(carried, attempt=0), fact(observed("p"), attempt=1),
        fact(observed("q"), attempt=1), fact(DONE, attempt=1),
    )  # fmt: skip
    assert told.cells[KEY].reach("p") is None, "that attempt was killed"
    assert told.cells[KEY].carried("q") is None
    told.fold([fact(reach, run=2), fact(carried, run=2), fact(observed("p"), run=2)])
    told.fold([fact(observed("q", sequence="carried"), run=2), fact(DONE, run=2)])
    assert told.cells[KEY].reach("p") == reach
    assert told.cells[KEY].carried("q") == carried
    assert told.doubted == set()
    told.add(fact(Refuted(cell=KEY, source="b", moved=("a", "b"), probe="p"), run=3))
    assert told.doubted == {"a", "b"}
