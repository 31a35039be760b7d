"""One fact of every kind, with the awkward values that real ones carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from bot.core.carried import Carried, Reached, Refuted
from bot.core.facts import (
    Answered,
    Body,
    CellDone,
    CellStarted,
    CellStopped,
    Closed,
    Drafted,
    Explained,
    Marked,
    Moved,
    Named,
    Observed,
    PapersRead,
    Planned,
    Queued,
    Reduced,
    ReleaseSeen,
    Reproved,
    Retested,
    RunEnded,
    RunStarted,
    Sent,
    Stopped,
    Swapped,
    Tried,
)
from bot.core.life import Step
from bot.core.model import (
    NOT_EXPOSED,
    Cell,
    Closure,
    Conflict,
    Failure,
    Link,
    Observation,
    Phase,
    Pin,
    Reason,
    Release,
)
from bot.core.outcome import Cost, Culprit, Ending, Explanation, MovesWith

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
STARTED = RunStarted(at=AT, bot="0.1.0", config="c0", suite="s0")
CLOSURE = Closure(pins=(Pin(name="openai", version="3.54.0", hashes=("sha256:ab",)),))
CELL = Cell(
    row="chat",
    components=(("openai", "3.54.0"),),
    closure=CLOSURE,
    backend="cpu",
    model="tiny",
    interpreter="3.11",
)
SEEN = Observation(
    probe="hello",
    seen=(
        (Link.PROMPT, "<|user|>\nna\u00efve \U0001f999 \u202e\x00"),
        (Link.LOGPROBS, [[1, -0.25], [2, 1e-300]]),
        (Link.USAGE, {"total": 3, "kind": "Passed", "none": None, "yes": True}),
        (Link.STREAM, NOT_EXPOSED),
    ),
    log="f" * 64,
    seconds=1.5,
)
FAILURE = Failure(phase=Phase.PROBE, reason=Reason.OUT_OF_MEMORY, message="\x1b[31mno", link=None)
BODIES: tuple[Body, ...] = (
    STARTED,
    ReleaseSeen(
        release=Release(
            component="openai",
            version="3.54.0",
            uploaded=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            origin="pypi",
            yanked="",
        )
    ),
    Closed(key="k", asked=("openai==3.54.0",), answer=CLOSURE, at=AT),
    Closed(key="k", asked=("openai==3.55.0",), answer=Conflict(why="no\nway"), at=AT),
    Planned(row="chat", trigger="newest", cell=CELL, against="b"),
    Planned(
        row="chat", trigger="newest", cell=None, against="", conflict="because", backend="vulkan"
    ),
    Observed(cell="c", probe="hello", sequence="a", observation=SEEN),
    Observed(
        cell="c", probe="p", sequence="b", observation=Observation(probe="p", failure=FAILURE)
    ),
    CellStopped(cell="c", sequence="a", failure=FAILURE, log="0" * 64),
    CellStarted(cell="c", worker="here process 1"),
    CellDone(cell="c", environment="uv", seconds=2.0),
    CellDone(cell="c", environment="uv", seconds=2.0, scope=(("backend", "cpu"),)),
    Reached(cell="c", idle=(("spare", ("spare", "_spare.so")),), late=(("p", ("spare",)),)),
    Carried(cell="c", source="b", moved=("spare",), probes=("p",), since=1),
    Refuted(cell="c", source="b", moved=("spare",), probe="p"),
    Tried(search="f", trial="t", observation=None, conflict="no"),
    Explained(
        finding="f",
        explanation=Explanation(
            ending=Ending.INTERACTION,
            culprits=(Culprit(package="a", last_good="1", first_bad="2", yanked=True),),
            moves_with=(MovesWith(package="b", because="a 2 needs b 3"),),
            kind="interaction",
            link=Link.MESSAGE,
            cost=Cost(ends=2, search=4, confirm=2),
            limit=0,
            confidence=1,
        ),
    ),
    Reduced(
        finding="f", request="r", repro="b", fails="uv run", passes="uv", verified=True, calls=9
    ),
    Swapped(finding="f", table=(("prompt", "differs"),)),
    Drafted(finding="f", target="org/repo", title="t", body="b"),
    Moved(finding="f", step=Step.FILE, who="you", at=AT, why="ready", about="https://x/1"),
    Stopped(target="org/repo", who="you", at=AT, why="enough"),
    Answered(where="https://x/1", order="stop", finding="f", who="you", at=AT, says="done"),
    Queued(finding="f", version="2", who="you", at=AT, where="https://x/1"),
    Sent(where="https://x/1", digest="d"),
    Retested(finding="f", version="2", greens=(("cpu", 3),), reds=0, needed=3),
    Reproved(finding="f", at=AT, holds=True),
    Named(finding="f", search="s"),
    Marked(finding="f", private=True, who="me", at=AT, why="a token in it"),
    PapersRead(target="o/r", papers=(("CONTRIBUTING.md", "ab"),), at=AT, why="it changed"),
    RunEnded(newly_broken=1),
)
